package main

import (
	"math"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

const (
	warmUpActors = 50_000
	warmUpLevels = 4
	// Children of each actor of a tree that is not a leaf.
	treeArity = 10
)

// spawns measures the spawns per second until all have started, and what each keeps on the heap when it has nothing
// to do.
func spawns(system *actor.ActorSystem, effort effort) ([]sample, error) {
	spawnIdle(system, warmUpActors)
	before := liveHeapBytes()
	started := time.Now()
	handles := spawnIdle(system, effort.count)
	took := time.Since(started).Seconds()
	bytes := liveHeapBytes() - before
	// Without this all would have been collected.
	runtime.KeepAlive(handles)
	runtime.KeepAlive(system)
	return []sample{
		{"spawns/s", float64(effort.count) / took},
		{"B per idle actor", bytes / float64(effort.count)},
	}, nil
}

// idle has nothing to do once it has started.
type idle struct{ started func() }

func (i *idle) Receive(context actor.Context) {
	if _, isStart := context.Message().(*actor.Started); isStart {
		i.started()
	}
}

// spawnIdle returns once all have started.
func spawnIdle(system *actor.ActorSystem, count int) []*actor.PID {
	all := make(chan struct{})
	var started atomic.Int64
	countStart := func() {
		if started.Add(1) == int64(count) {
			close(all)
		}
	}
	props := actor.PropsFromProducer(func() actor.Actor { return &idle{countStart} })
	handles := make([]*actor.PID, count)
	for index := range handles {
		handles[index] = system.Root.Spawn(props)
	}
	<-all
	return handles
}

// tree measures the milliseconds to grow a tree of actors and add its leaves' numbers up.
func tree(system *actor.ActorSystem, effort effort) ([]sample, error) {
	for range 3 {
		growTree(system, warmUpLevels)
	}
	started := time.Now()
	sum := growTree(system, effort.levels)
	took := time.Since(started)
	leaves := power(effort.levels)
	return []sample{{"ms", float64(took.Microseconds()) / 1000}}, expectCount(sum, leaves*(leaves-1)/2)
}

func growTree(system *actor.ActorSystem, levels int) int {
	total := make(chan int, 1)
	spawn(system, &treeNode{levels: levels, tell: func(_ actor.Context, sum int) { total <- sum }})
	return <-total
}

type treeNode struct {
	levels int
	first  int
	tell   func(context actor.Context, sum int)
	sum    int
	summed int
}

func (n *treeNode) Receive(context actor.Context) {
	switch message := context.Message().(type) {
	case *actor.Started:
		n.start(context)
	case int:
		n.sum += message
		n.summed++
		if n.summed == treeArity {
			n.tell(context, n.sum)
		}
	}
}

func (n *treeNode) start(context actor.Context) {
	if n.levels == 0 {
		n.tell(context, n.first)
		return
	}
	for index := range treeArity {
		child := &treeNode{levels: n.levels - 1, first: n.first + index*power(n.levels-1), tell: tellParent}
		context.Spawn(actor.PropsFromProducer(func() actor.Actor { return child }))
	}
}

func tellParent(context actor.Context, sum int) { context.Send(context.Parent(), sum) }

func power(levels int) int { return int(math.Pow(treeArity, float64(levels))) }
