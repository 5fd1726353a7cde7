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
	timedStride = 16
)

// requests measures requests per second with so many waiting for their answers at any time, and how long one takes.
func requests(inFlight int) measurement {
	return func(system *actor.ActorSystem, effort effort) ([]sample, error) {
		responder := system.Root.Spawn(actor.PropsFromFunc(func(context actor.Context) {
			if asked, isQuestion := context.Message().(*question); isQuestion {
				context.Respond(&answer{asked.number + 1})
			}
		}))
		var took []time.Duration
		rate, err := measureRate(func(size int) (int, error) {
			took = nil
			share := (size + inFlight - 1) / inFlight
			askers := make(chan asked, inFlight)
			for range inFlight {
				go func() { askers <- askInTurn(system, responder, share) }()
			}
			right := 0
			for range inFlight {
				done := <-askers
				right += done.right
				took = append(took, done.took...)
			}
			return right, expectCount(right, share*inFlight)
		}, effort.measured)
		if err != nil {
			return nil, err
		}
		return []sample{{"req/s", rate}, {"p50 us", percentile(took, 0.5)}, {"p99 us", percentile(took, 0.99)}}, nil
	}
}

// asked is what came of asking.
type asked struct {
	right int
	took  []time.Duration
}

func askInTurn(system *actor.ActorSystem, responder *actor.PID, share int) asked {
	done := asked{}
	for number := range share {
		isTimed := number%timedStride == 0
		var started time.Time
		if isTimed {
			started = time.Now()
		}
		reply, err := system.Root.RequestFuture(responder, &question{number}, deadline).Result()
		if isTimed {
			done.took = append(done.took, time.Since(started))
		}
		if got, isAnswer := reply.(*answer); err == nil && isAnswer && got.number == number+1 {
			done.right++
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
