package main

import (
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

type ball struct{}

// player throws the ball back a given number of times, and then keeps it.
type player struct {
	partner *actor.PID
	throws  int
	caught  int
	kept    func()
}

func (p *player) Receive(context actor.Context) {
	message, isBall := context.Message().(*ball)
	if !isBall {
		return
	}
	p.caught++
	if p.caught <= p.throws {
		context.Send(p.partner, message)
	} else {
		p.kept()
	}
}

// games measures the messages per second that pairs of actors throw back and forth.
func games(pairs int) measurement {
	return func(system *actor.ActorSystem, effort effort) ([]sample, error) {
		rate, err := measureRate(func(size int) (int, error) {
			catches := (size + 2*pairs - 1) / (2 * pairs)
			caught := playGames(system, pairs, catches)
			return caught, expectCount(caught, 2*pairs*catches)
		}, effort.measured)
		return []sample{{"msg/s", rate}}, err
	}
}

func playGames(system *actor.ActorSystem, pairs, catches int) int {
	var running sync.WaitGroup
	running.Add(pairs)
	players := make([]*player, 0, 2*pairs)
	for range pairs {
		first := &player{throws: catches, kept: running.Done}
		second := &player{throws: catches - 1, kept: running.Done}
		second.partner = spawn(system, first)
		first.partner = spawn(system, second)
		players = append(players, first, second)
		system.Root.Send(second.partner, &ball{})
	}
	running.Wait()
	caught := 0
	for _, player := range players {
		caught += player.caught
	}
	return caught
}

func spawn(system *actor.ActorSystem, behaviour actor.Actor) *actor.PID {
	return system.Root.Spawn(actor.PropsFromProducer(func() actor.Actor { return behaviour }))
}

type (
	tick      struct{}
	readCount struct{}
	// gate keeps the actor that handles it busy until it opens.
	gate struct{ open chan struct{} }
)

// tickCounter counts what it is told.
type tickCounter struct{ count int }

func (c *tickCounter) Receive(context actor.Context) {
	switch message := context.Message().(type) {
	case *tick:
		c.count++
	case *readCount:
		context.Respond(c.count)
	case *gate:
		<-message.open
	}
}

// expectTicks waits until the counter has handled all it was told, and fails if that was another number.
func expectTicks(system *actor.ActorSystem, counter *actor.PID, expected int) error {
	count, err := system.Root.RequestFuture(counter, &readCount{}, 2*time.Minute).Result()
	if err != nil {
		return err
	}
	return expectCount(count.(int), expected)
}

const warmUpFloods = 3

// floods measures the messages per second from the first one sent until the count is known, and what it took the
// sender alone.
func floods(system *actor.ActorSystem, effort effort) ([]sample, error) {
	var sending, total time.Duration
	messages := 0
	for flood := -warmUpFloods; flood < 0 || total < effort.measured; flood++ {
		counter := spawn(system, &tickCounter{})
		started := time.Now()
		tell(system, counter, effort.count)
		sent := time.Since(started)
		if err := expectTicks(system, counter, effort.count); err != nil {
			return nil, err
		}
		if flood >= 0 {
			sending += sent
			total += time.Since(started)
			messages += effort.count
		}
	}
	return []sample{
		{"msg/s", float64(messages) / total.Seconds()},
		{"ns to enqueue", float64(sending.Nanoseconds()) / float64(messages)},
	}, nil
}

func tell(system *actor.ActorSystem, counter *actor.PID, messages int) {
	message := &tick{}
	for range messages {
		system.Root.Send(counter, message)
	}
}

// Three quarters of a power of two: how full a ring that doubles is on average.
const queued = 786_432

// queue measures what a message keeps on the heap, beside itself, while it waits.
func queue(system *actor.ActorSystem, _ effort) ([]sample, error) {
	counter := spawn(system, &tickCounter{})
	blocked := &gate{open: make(chan struct{})}
	system.Root.Send(counter, blocked)
	before := liveHeapBytes()
	tell(system, counter, queued)
	bytes := liveHeapBytes() - before
	close(blocked.open)
	return []sample{{"B per queued message", bytes / queued}}, expectTicks(system, counter, queued)
}
