// Command peer is a Proto.Actor Go process that the end-to-end tests talk to.
//
// It prints "listening on HOST:PORT", runs an "echo" and a "control" actor, and shuts down gracefully when its standard
// input ends.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const timeout = 3 * time.Second

// order is what the control actor is asked to do, as JSON in a StringValue.
type order struct {
	Do      string            `json:"do"`
	Address string            `json:"address"`
	ID      string            `json:"id"`
	Kind    string            `json:"kind"`
	Text    string            `json:"text"`
	Count   int               `json:"count"`
	Headers map[string]string `json:"headers"`
}

func (o order) target() *actor.PID { return actor.NewPID(o.Address, o.ID) }

func text(format string, args ...any) *wrapperspb.StringValue {
	return wrapperspb.String(fmt.Sprintf(format, args...))
}

// echo answers every message with a description of it.
func echo(ctx actor.Context) {
	switch message := ctx.Message().(type) {
	case *wrapperspb.StringValue:
		ctx.Respond(text("go: %s%s", message.Value, headersOf(ctx)))
	case *remote.JsonMessage:
		ctx.Respond(text("json: %s %s", message.TypeName, message.Json))
	case *actor.PID:
		ctx.Respond(message)
	}
}

func headersOf(ctx actor.Context) string {
	header := ctx.MessageHeader()
	if header == nil || header.Length() == 0 {
		return ""
	}
	pairs := make([]string, 0, header.Length())
	for key, value := range header.ToMap() {
		pairs = append(pairs, key+"="+value)
	}
	sort.Strings(pairs)
	return " with " + strings.Join(pairs, ",")
}

// control does what it is told to another process and reports the outcome to who told it.
type control struct {
	server   *remote.Remote
	watchers map[string]*actor.PID
}

func (c *control) Receive(ctx actor.Context) {
	switch message := ctx.Message().(type) {
	case *wrapperspb.StringValue:
		var asked order
		if err := json.Unmarshal([]byte(message.Value), &asked); err != nil {
			ctx.Respond(text("error: %v", err))
			return
		}
		c.do(ctx, asked)
	case *actor.Terminated:
		key := message.Who.Address + "/" + message.Who.Id
		if watcher, ok := c.watchers[key]; ok {
			delete(c.watchers, key)
			ctx.Send(watcher, text("terminated: %s %v", key, message.Why))
		}
	}
}

func (c *control) do(ctx actor.Context, asked order) {
	sender := ctx.Sender()
	switch asked.Do {
	case "request":
		c.report(ctx, sender, ctx.RequestFuture(asked.target(), text("%s", asked.Text), timeout))
	case "request with headers":
		root := ctx.ActorSystem().Root
		future := actor.NewFuture(ctx.ActorSystem(), timeout)
		root.Send(asked.target(), &actor.MessageEnvelope{
			Header:  asked.Headers,
			Message: text("%s", asked.Text),
			Sender:  future.PID(),
		})
		c.report(ctx, sender, future)
	case "touch":
		c.report(ctx, sender, ctx.RequestFuture(asked.target(), &actor.Touch{}, timeout))
	case "watch":
		c.watchers[asked.Address+"/"+asked.ID] = sender
		ctx.Watch(asked.target())
		ctx.Respond(text("watching"))
	case "unwatch":
		delete(c.watchers, asked.Address+"/"+asked.ID)
		ctx.Unwatch(asked.target())
		ctx.Respond(text("not watching"))
	case "spawn":
		c.report(ctx, sender, c.server.SpawnFuture(asked.Address, asked.ID, asked.Kind, timeout))
	case "flood":
		for n := 0; n < asked.Count; n++ {
			ctx.Send(asked.target(), text("%d %s", n, asked.Text))
		}
		ctx.Respond(text("sent"))
	case "stop":
		ctx.Stop(asked.target())
		ctx.Respond(text("stopping"))
	case "block":
		c.server.BlockList().Block(asked.ID)
		ctx.Respond(text("blocked"))
	default:
		ctx.Respond(text("error: cannot %s", asked.Do))
	}
}

func (c *control) report(ctx actor.Context, to *actor.PID, future *actor.Future) {
	ctx.ReenterAfter(future, func(result any, err error) {
		switch answer := result.(type) {
		case *wrapperspb.StringValue:
			ctx.Send(to, text("answer: %s", answer.Value))
		case *remote.ActorPidResponse:
			ctx.Send(to, text("spawned: %d %s", answer.StatusCode, answer.GetPid().GetId()))
		case *actor.Touched:
			ctx.Send(to, text("touched: %s/%s", answer.Who.Address, answer.Who.Id))
		default:
			ctx.Send(to, text("error: %v", err))
		}
	})
}

func main() {
	port := flag.Int("port", 0, "port to listen on; 0 picks one")
	flag.Parse()
	system := actor.NewActorSystem()
	echoProps := actor.PropsFromFunc(echo)
	kinds := remote.WithKinds(remote.NewKind("echo", echoProps))
	server := remote.NewRemote(system, remote.Configure("127.0.0.1", *port, kinds))
	server.Start()
	spawn(system, "echo", echoProps)
	spawn(system, "control", actor.PropsFromProducer(func() actor.Actor {
		return &control{server: server, watchers: map[string]*actor.PID{}}
	}))
	fmt.Printf("listening on %s\n", system.Address())
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Println(lines.Text())
	}
	server.Shutdown(true)
	fmt.Println("goodbye")
}

func spawn(system *actor.ActorSystem, name string, props *actor.Props) {
	if _, err := system.Root.SpawnNamed(props, name); err != nil {
		panic(err)
	}
}
