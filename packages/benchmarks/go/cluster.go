package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/cluster"
	"github.com/asynkron/protoactor-go/cluster/identitylookup/disthash"
	"github.com/asynkron/protoactor-go/remote"
	"ts-grain/benchmarks/hello"
)

// clusterMeasurement puts one workload to grains that are called through a member or a client.
type clusterMeasurement func(*cluster.Cluster, effort) ([]sample, error)

// Named as in src/workloads/cluster-workloads.ts.
var aloneWorkloads = map[string]clusterMeasurement{
	"W2 grain c=1":    grainCalls(1, localStride, 2),
	"W2 grain c=100":  grainCalls(100, localStride, 2),
	"W2 grain c=1000": grainCalls(1000, localStride, 2),
	"W5 local":        localActivations,
}

var connectedWorkloads = map[string]clusterMeasurement{
	"W3 grain c=1":    grainCalls(1, remoteStride, 1),
	"W3 grain c=100":  grainCalls(100, remoteStride, 1),
	"W3 grain c=1000": grainCalls(1000, remoteStride, 1),
	"W5 remote":       remoteActivations,
}

// helloGrain answers HelloRequests.
type helloGrain struct{}

func (helloGrain) Init(cluster.GrainContext)           {}
func (helloGrain) Terminate(cluster.GrainContext)      {}
func (helloGrain) ReceiveDefault(cluster.GrainContext) {}

func (helloGrain) Hello(request *hello.HelloRequest, _ cluster.GrainContext) (*hello.HelloResponse, error) {
	return &hello.HelloResponse{Text: "hello " + request.Name, Number: request.Number + 1}, nil
}

// knownMember is a provider for one member alone, and for clients that know it.
type knownMember struct{ member *cluster.Member }

func (k *knownMember) StartMember(c *cluster.Cluster) error {
	host, port, err := c.ActorSystem.GetHostPort()
	if err != nil {
		return err
	}
	k.member = &cluster.Member{Id: c.ActorSystem.ID, Host: host, Port: int32(port), Kinds: c.GetClusterKinds()}
	return k.StartClient(c)
}

func (k *knownMember) StartClient(c *cluster.Cluster) error {
	c.MemberList.UpdateClusterTopology([]*cluster.Member{k.member})
	return nil
}

func (*knownMember) Shutdown(bool) error { return nil }

func newCluster(provider *knownMember) *cluster.Cluster {
	// As Proto.Actor's own, but for notes of each start.
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	system := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return logger }))
	kind := hello.NewHelloServiceKind(func() hello.HelloService { return helloGrain{} }, time.Minute)
	config := cluster.Configure("benchmarks", provider, disthash.New(), remote.Configure("127.0.0.1", 0),
		cluster.WithKinds(kind))
	return cluster.New(system, config)
}

func openAlone() *cluster.Cluster {
	member := newCluster(&knownMember{})
	member.StartMember()
	return member
}

// serveGrains hosts what it is asked for until standard input ends.
func serveGrains() {
	provider := &knownMember{}
	newCluster(provider).StartMember()
	address, err := json.Marshal(provider.member)
	if err != nil {
		fail(err)
	}
	fmt.Printf("listening on %s\n", address)
	io.Copy(io.Discard, os.Stdin)
}

func connectGrains(address string) (*cluster.Cluster, error) {
	member := &cluster.Member{}
	if err := json.Unmarshal([]byte(address), member); err != nil {
		return nil, err
	}
	client := newCluster(&knownMember{member})
	client.StartClient()
	return client, nil
}

func callGrain(c *cluster.Cluster, identity string, number int) bool {
	request := &hello.HelloRequest{Name: "world", Number: uint32(number)}
	reply, err := hello.GetHelloServiceGrainClient(c, identity).Hello(request)
	return err == nil && reply.Number == uint32(number)+1
}

// grainCalls measures for a part of the time of other workloads, as for the other subjects.
func grainCalls(inFlight, timedStride int, part time.Duration) clusterMeasurement {
	return func(c *cluster.Cluster, effort effort) ([]sample, error) {
		measured := effort.measured / part
		return measureRequests(load{inFlight, timedStride, measured}, func(number int) bool {
			return callGrain(c, "hello", number)
		})
	}
}

const (
	callersOfNewGrains = 100
	warmUpGrains       = 1000
)

func localActivations(c *cluster.Cluster, effort effort) ([]sample, error) {
	return activations(c, effort)
}

// remoteActivations leaves the heap out, as the grains are on another one.
func remoteActivations(c *cluster.Cluster, effort effort) ([]sample, error) {
	samples, err := activations(c, effort)
	if err != nil {
		return nil, err
	}
	return samples[:1], nil
}

func activations(c *cluster.Cluster, effort effort) ([]sample, error) {
	if err := callAll(c, identities("warm-up", warmUpGrains)); err != nil {
		return nil, err
	}
	before := liveHeapBytes()
	activated := 0
	rate, err := measureRate(func(size int) (int, error) {
		prefix := "grain-" + strconv.Itoa(activated)
		activated += size
		return size, callAll(c, identities(prefix, size))
	}, effort.measured)
	bytes := liveHeapBytes() - before
	// Without this all could have been collected.
	runtime.KeepAlive(c)
	return []sample{{"activations/s", rate}, {"B per idle grain", bytes / float64(activated)}}, err
}

func identities(prefix string, count int) []string {
	all := make([]string, count)
	for index := range all {
		all[index] = prefix + "-" + strconv.Itoa(index)
	}
	return all
}

// callAll calls each identity once, a hundred at a time.
func callAll(c *cluster.Cluster, all []string) error {
	var next, right atomic.Int64
	var callers sync.WaitGroup
	for range callersOfNewGrains {
		callers.Add(1)
		go func() {
			defer callers.Done()
			for number := int(next.Add(1)) - 1; number < len(all); number = int(next.Add(1)) - 1 {
				if callGrain(c, all[number], number) {
					right.Add(1)
				}
			}
		}()
	}
	callers.Wait()
	return expectCount(int(right.Load()), len(all))
}
