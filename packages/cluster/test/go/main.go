// Command member is a Proto.Actor Go member that the tests of publishing by topic talk to.
//
// It prints "listening on HOST:PORT as ID", then takes orders, one JSON object a line, from its standard input, and answers each with one
// line. What its subscribers hear it prints as "heard TEXT". It is told who else is a member, so that no provider is needed.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/cluster"
	"github.com/asynkron/protoactor-go/cluster/identitylookup/disthash"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// order is one line of the standard input.
type order struct {
	Do       string            `json:"do"`
	Members  []*cluster.Member `json:"members"`
	Topic    string            `json:"topic"`
	Texts    []string          `json:"texts"`
	Kind     string            `json:"kind"`
	Identity string            `json:"identity"`
}

// told is a provider that lists whom the test tells it to list.
type told struct{ cluster *cluster.Cluster }

func (p *told) StartMember(c *cluster.Cluster) error { p.cluster = c; return nil }
func (p *told) StartClient(c *cluster.Cluster) error { p.cluster = c; return nil }
func (p *told) Shutdown(bool) error                  { return nil }

func say(format string, values ...any) { fmt.Printf(format+"\n", values...) }

func listen(ctx actor.Context) {
	if text, ok := ctx.Message().(*wrapperspb.StringValue); ok {
		say("heard %s", text.Value)
	}
}

func main() {
	system := actor.NewActorSystem()
	provider := &told{}
	kind := cluster.NewKind("GoReader", actor.PropsFromFunc(listen))
	config := cluster.Configure("mixed", provider, disthash.New(), remote.Configure("127.0.0.1", 0), cluster.WithKinds(kind))
	c := cluster.New(system, config)
	c.StartMember()
	say("listening on %s as %s", system.Address(), system.ID)

	subscriber := system.Root.Spawn(actor.PropsFromFunc(listen))
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<20)
	for lines.Scan() {
		var asked order
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			say("failed: %v", err)
			continue
		}
		if err := do(c, subscriber, asked); err != nil {
			say("failed: %v", err)
		} else {
			say("done")
		}
	}
}

func do(c *cluster.Cluster, subscriber *actor.PID, asked order) error {
	switch asked.Do {
	case "members":
		c.MemberList.UpdateClusterTopology(asked.Members)
		return nil
	case "subscribe":
		_, err := c.SubscribeByPid(asked.Topic, subscriber)
		return err
	case "unsubscribe":
		_, err := c.UnsubscribeByPid(asked.Topic, subscriber)
		return err
	case "subscribe grain":
		identity := cluster.NewClusterIdentity(asked.Identity, asked.Kind)
		_, err := c.SubscribeByClusterIdentity(asked.Topic, identity)
		return err
	case "publish":
		return publish(c, asked)
	case "produce":
		return produce(c, asked)
	default:
		return fmt.Errorf("unknown order %q", asked.Do)
	}
}

func publish(c *cluster.Cluster, asked order) error {
	batch := &cluster.PubSubBatch{}
	for _, text := range asked.Texts {
		batch.Envelopes = append(batch.Envelopes, proto.Message(wrapperspb.String(text)))
	}
	response, err := c.Publisher().PublishBatch(context.Background(), asked.Topic, batch)
	if err == nil && response.Status != cluster.PublishStatus_Ok {
		err = fmt.Errorf("status %v", response.Status)
	}
	return err
}

func produce(c *cluster.Cluster, asked order) error {
	producer := c.BatchingProducer(asked.Topic)
	defer producer.Dispose()
	for _, text := range asked.Texts {
		info, err := producer.Produce(context.Background(), wrapperspb.String(text))
		if err != nil {
			return err
		}
		select {
		case <-info.Finished:
			if info.Err != nil {
				return info.Err
			}
		case <-time.After(5 * time.Second):
			return fmt.Errorf("%s was not published", text)
		}
	}
	return nil
}
