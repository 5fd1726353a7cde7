package main

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// effort is how much is done to measure something.
type effort struct {
	// About how long a timed run takes.
	measured time.Duration
	// Messages of a flood, or actors that are spawned.
	count int
	// Levels of the tree of actors below the first one.
	levels int
}

// As in src/measurement/effort.ts.
var efforts = map[string]effort{
	"full":  {time.Second, 1_000_000, 6},
	"quick": {100 * time.Millisecond, 100_000, 4},
}

// measurement puts one workload to a system.
type measurement func(*actor.ActorSystem, effort) ([]sample, error)

// Named as in src/workloads/local-workloads.ts. There is no W1d, as Go has no async handlers.
var workloads = map[string]measurement{
	"W1a":       games(1),
	"W1b":       games(100),
	"W1c":       floods,
	"W2 c=1":    requests(1),
	"W2 c=100":  requests(100),
	"W2 c=1000": requests(1000),
	"W6 spawn":  spawns,
	"W6 skynet": tree,
	"queue":     queue,
}
