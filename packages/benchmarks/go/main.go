// Proto.Actor Go's side of the benchmarks. Measures one workload and prints the samples as one line of JSON:
//
//	protoactor WORKLOAD full|quick [ADDRESS]
//	protoactor serve | serve-cluster
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
	if len(os.Args) == 2 && os.Args[1] == "serve" {
		serve()
		return
	}
	if len(os.Args) == 2 && os.Args[1] == "serve-cluster" {
		serveGrains()
		return
	}
	if len(os.Args) < 3 {
		fail(fmt.Errorf("usage: protoactor serve | protoactor serve-cluster | protoactor WORKLOAD full|quick [ADDRESS]"))
	}
	effort, known := efforts[os.Args[2]]
	if !known {
		fail(fmt.Errorf("no effort is called %q", os.Args[2]))
	}
	samples, err := measure(os.Args[1], effort, os.Args[3:])
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(samples); err != nil {
		fail(err)
	}
}

// measure puts a workload to a system of its own, or to one that talks to the server at the given address.
func measure(name string, effort effort, addresses []string) ([]sample, error) {
	if measurement, known := workloads[name]; known {
		return measurement(actor.NewActorSystem(), effort)
	}
	if measurement, known := remoteWorkloads[name]; known && len(addresses) == 1 {
		return measurement(connect(addresses[0]), effort)
	}
	if measurement, known := aloneWorkloads[name]; known {
		return measurement(openAlone(), effort)
	}
	if measurement, known := connectedWorkloads[name]; known && len(addresses) == 1 {
		client, err := connectGrains(addresses[0])
		if err != nil {
			return nil, err
		}
		return measurement(client, effort)
	}
	return nil, fmt.Errorf("no workload is called %q", name)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
