// Proto.Actor Go's side of the benchmarks. Measures one workload and prints the samples as one line of JSON:
//
//	protoactor WORKLOAD full|quick
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/asynkron/protoactor-go/actor"
)

// sample is one figure of one run; its units are those of src/measurement/sample.ts.
type sample struct {
	Unit  string  `json:"unit"`
	Value float64 `json:"value"`
}

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: protoactor WORKLOAD full|quick"))
	}
	effort, known := efforts[os.Args[2]]
	if !known {
		fail(fmt.Errorf("no effort is called %q", os.Args[2]))
	}
	measure, known := workloads[os.Args[1]]
	if !known {
		fail(fmt.Errorf("no workload is called %q", os.Args[1]))
	}
	samples, err := measure(actor.NewActorSystem(), effort)
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(samples); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
