package main

import (
	"math"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

type (
	question struct{ number int }
	answer   struct{ number int }
)

const (
	deadline = 5 * time.Second
	// One request in so many is timed, as for the other subjects.
	localStride  = 16
	remoteStride = 1
)

// requests asks an actor of the same process.
func requests(inFlight int) measurement {
	return func(system *actor.ActorSystem, effort effort) ([]sample, error) {
		responder := system.Root.Spawn(actor.PropsFromFunc(func(context actor.Context) {
			if asked, isQuestion := context.Message().(*question); isQuestion {
				context.Respond(&answer{asked.number + 1})
			}
		}))
		return measureRequests(load{inFlight, localStride, effort.measured}, func(number int) bool {
			reply, err := system.Root.RequestFuture(responder, &question{number}, deadline).Result()
			got, isAnswer := reply.(*answer)
			return err == nil && isAnswer && got.number == number+1
		})
	}
}

// load is how requests are made.
type load struct {
	// How many wait for their answers at any time.
	inFlight int
	// One request in so many is timed.
	timedStride int
	measured    time.Duration
}

// measureRequests measures requests per second and how long one takes. Ask returns whether the answer was right.
func measureRequests(load load, ask func(number int) bool) ([]sample, error) {
	var took []time.Duration
	rate, err := measureRate(func(size int) (int, error) {
		took = nil
		share := (size + load.inFlight - 1) / load.inFlight
		askers := make(chan asked, load.inFlight)
		for range load.inFlight {
			go func() { askers <- askInTurn(share, load.timedStride, ask) }()
		}
		right := 0
		for range load.inFlight {
			done := <-askers
			right += done.right
			took = append(took, done.took...)
		}
		return right, expectCount(right, share*load.inFlight)
	}, load.measured)
	if err != nil {
		return nil, err
	}
	return []sample{{"req/s", rate}, {"p50 us", percentile(took, 0.5)}, {"p99 us", percentile(took, 0.99)}}, nil
}

// asked is what came of asking.
type asked struct {
	right int
	took  []time.Duration
}

func askInTurn(share, timedStride int, ask func(number int) bool) asked {
	done := asked{}
	for number := range share {
		isTimed := number%timedStride == 0
		var started time.Time
		if isTimed {
			started = time.Now()
		}
		if ask(number) {
			done.right++
		}
		if isTimed {
			done.took = append(done.took, time.Since(started))
		}
	}
	return done
}

// percentile returns microseconds, by nearest rank.
func percentile(took []time.Duration, share float64) float64 {
	slices.Sort(took)
	rank := max(0, int(math.Ceil(share*float64(len(took))))-1)
	return float64(took[rank].Nanoseconds()) / 1000
}
