package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"sort"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/cluster"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	mixedv1 "ts-grain/e2e/cluster-member/gen/mixed/v1"
)

// command is a line of the standard input. What else than ID and Do it needs depends on Do.
type command struct {
	ID         int               `json:"id"`
	Do         string            `json:"do"`
	Identity   string            `json:"identity"`
	Identities []string          `json:"identities"`
	Method     string            `json:"method"`
	Request    json.RawMessage   `json:"request"`
	Headers    map[string]string `json:"headers"`
	EveryMs    int               `json:"everyMs"`
}

type answer struct {
	ID     int `json:"id"`
	Result any `json:"result"`
}

// outcome is how a call ended: with a response or with a failure.
type outcome struct {
	Response json.RawMessage `json:"response,omitempty"`
	Failure  *failure        `json:"failure,omitempty"`
}

// failure is an error that a caller got. Reason is empty if it did not come from the grain.
type failure struct {
	Reason   string            `json:"reason"`
	Message  string            `json:"message"`
	Metadata map[string]string `json:"metadata,omitempty"`
}

type listedMember struct {
	ID      string   `json:"id"`
	Address string   `json:"address"`
	Kinds   []string `json:"kinds"`
}

// member is this process's part in the cluster, and the load that it makes.
type member struct {
	cluster *cluster.Cluster
	journal *journal
	load    *load
}

func (m *member) obey(asked command) any {
	switch asked.Do {
	case "owners":
		return m.owners(asked.Identities)
	case "topology":
		return m.topology()
	case "blocked":
		return m.cluster.GetBlockedMembers().ToSlice()
	case "processes":
		return m.processes()
	case "sightings":
		return m.journal.all()
	case "call":
		return m.call(asked)
	case "start load":
		m.load = startLoad(m.cluster, asked)
		return "started"
	case "stop load":
		return m.load.stop()
	default:
		panic(fmt.Sprintf("cannot %s", asked.Do))
	}
}

// owners asks the rendezvous hash of this language with the members that this member sees.
func (m *member) owners(identities []string) []string {
	rendezvous := cluster.NewRendezvous()
	rendezvous.UpdateMembers(m.cluster.MemberList.Members().Members())
	owners := make([]string, len(identities))
	for index, identity := range identities {
		owners[index] = rendezvous.GetByClusterIdentity(cluster.NewClusterIdentity(identity, "Counter"))
	}
	return owners
}

func (m *member) topology() []listedMember {
	listed := []listedMember{}
	for _, each := range m.cluster.MemberList.Members().Members() {
		listed = append(listed, listedMember{each.Id, each.Address(), each.Kinds})
	}
	return listed
}

// processes lists the ids of all actors and other processes of this member.
func (m *member) processes() []string {
	ids := []string{}
	for _, bucket := range m.cluster.ActorSystem.ProcessRegistry.LocalPIDs.LocalPIDs {
		ids = append(ids, bucket.Keys()...)
	}
	sort.Strings(ids)
	return ids
}

func (m *member) call(asked command) outcome {
	options := []cluster.GrainCallOption{}
	if len(asked.Headers) > 0 {
		options = append(options, cluster.WithContext(m.rootWith(asked.Headers)))
	}
	response, err := m.callMethod(asked, options)
	if err != nil {
		return outcome{Failure: describe(err)}
	}
	return outcome{Response: must(protojson.Marshal(response))}
}

// rootWith returns a root context whose requests carry headers; those of the root context's own WithHeaders stay behind.
func (m *member) rootWith(headers map[string]string) *actor.RootContext {
	return m.cluster.ActorSystem.Root.Copy().WithSenderMiddleware(func(next actor.SenderFunc) actor.SenderFunc {
		return func(ctx actor.SenderContext, target *actor.PID, envelope *actor.MessageEnvelope) {
			for key, value := range headers {
				envelope.SetHeader(key, value)
			}
			next(ctx, target, envelope)
		}
	})
}

func (m *member) callMethod(asked command, options []cluster.GrainCallOption) (proto.Message, error) {
	client := mixedv1.GetCounterGrainClient(m.cluster, asked.Identity)
	switch asked.Method {
	case "add":
		return client.Add(parse(asked.Request, &mixedv1.AddRequest{}), options...)
	case "fail":
		return client.Fail(parse(asked.Request, &mixedv1.FailRequest{}), options...)
	case "echoHeaders":
		return client.EchoHeaders(parse(asked.Request, &mixedv1.EchoHeadersRequest{}), options...)
	case "callOther":
		return client.CallOther(parse(asked.Request, &mixedv1.CallOtherRequest{}), options...)
	default:
		panic(fmt.Sprintf("no method is called %q", asked.Method))
	}
}

func parse[M proto.Message](text json.RawMessage, message M) M {
	if err := protojson.Unmarshal(text, message); err != nil {
		panic(err)
	}
	return message
}

func describe(err error) *failure {
	var fromGrain *cluster.GrainErrorResponse
	if errors.As(err, &fromGrain) {
		return &failure{Reason: fromGrain.Reason, Message: fromGrain.Message, Metadata: fromGrain.Metadata}
	}
	return &failure{Message: err.Error()}
}
