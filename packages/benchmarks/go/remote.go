package main

//go:generate buf generate

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"ts-grain/benchmarks/hello"
)

// remoteMeasurement puts one workload to a connection.
type remoteMeasurement func(*connection, effort) ([]sample, error)

// Named as in src/workloads/remote-workloads.ts.
var remoteWorkloads = map[string]remoteMeasurement{
	"W3 c=1":    remoteRequests(1),
	"W3 c=100":  remoteRequests(100),
	"W3 c=1000": remoteRequests(1000),
	"W4a":       oneWay,
	"W4b":       pingPong,
}

// connection is a system and the actor of another process that it talks to.
type connection struct {
	system *actor.ActorSystem
	target *actor.PID
}

func connect(address string) *connection {
	return &connection{start(), actor.NewPID(address, "hello")}
}

func start() *actor.ActorSystem {
	system := actor.NewActorSystem()
	remote.NewRemote(system, remote.Configure("127.0.0.1", 0)).Start()
	return system
}

// serve answers until standard input ends.
func serve() {
	system := start()
	props := actor.PropsFromProducer(func() actor.Actor { return &helloActor{} })
	if _, err := system.Root.SpawnNamed(props, "hello"); err != nil {
		fail(err)
	}
	fmt.Printf("listening on %s\n", system.Address())
	io.Copy(io.Discard, os.Stdin)
}

// helloActor answers questions and pings; it counts pings, and what nobody wants an answer to.
type helloActor struct{ count uint32 }

func (h *helloActor) Receive(context actor.Context) {
	switch message := context.Message().(type) {
	case *hello.HelloRequest:
		if context.Sender() == nil {
			h.count++
		} else {
			context.Respond(&hello.HelloResponse{Text: "hello " + message.Name, Number: message.Number + 1})
		}
	case *hello.Ping:
		h.count++
		context.Respond(&hello.Pong{})
	case *hello.CountRequest:
		context.Respond(&hello.CountResponse{Count: h.count})
		h.count = 0
	}
}

// readCount returns how many came since it was asked last.
func (c *connection) readCount() (int, error) {
	reply, err := c.system.Root.RequestFuture(c.target, &hello.CountRequest{}, 2*time.Minute).Result()
	if err != nil {
		return 0, err
	}
	return int(reply.(*hello.CountResponse).Count), nil
}

func remoteRequests(inFlight int) remoteMeasurement {
	return func(c *connection, effort effort) ([]sample, error) {
		return measureRequests(load{inFlight, remoteStride, effort.measured}, func(number int) bool {
			request := &hello.HelloRequest{Name: "world", Number: uint32(number)}
			reply, err := c.system.Root.RequestFuture(c.target, request, deadline).Result()
			got, isResponse := reply.(*hello.HelloResponse)
			return err == nil && isResponse && got.Number == uint32(number)+1
		})
	}
}

func oneWay(c *connection, effort effort) ([]sample, error) {
	rate, err := measureRate(func(size int) (int, error) {
		for number := range size {
			c.system.Root.Send(c.target, &hello.HelloRequest{Name: "world", Number: uint32(number)})
		}
		count, err := c.readCount()
		if err == nil {
			err = expectCount(count, size)
		}
		return size, err
	}, effort.measured)
	return []sample{{"msg/s", rate}}, err
}

// pingPong counts both the pings and the pongs.
func pingPong(c *connection, effort effort) ([]sample, error) {
	rate, err := measureRate(func(size int) (int, error) {
		var missing sync.WaitGroup
		missing.Add(size)
		player := c.system.Root.Spawn(actor.PropsFromFunc(func(context actor.Context) {
			if _, isPong := context.Message().(*hello.Pong); isPong {
				missing.Done()
			}
		}))
		for range size {
			c.system.Root.RequestWithCustomSender(c.target, &hello.Ping{}, player)
		}
		missing.Wait()
		count, err := c.readCount()
		if err == nil {
			err = expectCount(count, size)
		}
		return 2 * size, err
	}, effort.measured)
	return []sample{{"msg/s", rate}}, err
}
