package main

import (
	"errors"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/cluster"
	mixedv1 "ts-grain/e2e/cluster-member/gen/mixed/v1"
)

// sighting says when an activation began or ended.
type sighting struct {
	What     string  `json:"what"`
	Identity string  `json:"identity"`
	AtMs     float64 `json:"atMs"`
}

// journal keeps the sightings of a member.
type journal struct {
	mutex     sync.Mutex
	sightings []sighting
}

func (j *journal) see(what, identity string) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.sightings = append(j.sightings, sighting{what, identity, now()})
}

func (j *journal) all() []sighting {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return append([]sighting{}, j.sightings...)
}

// now is the wall clock in milliseconds.
func now() float64 { return float64(time.Now().UnixMicro()) / 1000 }

// counter is the grain.
type counter struct {
	journal *journal
	total   int64
}

func (c *counter) Init(ctx cluster.GrainContext) { c.journal.see("activated", ctx.Identity()) }

func (c *counter) Terminate(ctx cluster.GrainContext) { c.journal.see("deactivated", ctx.Identity()) }

func (c *counter) ReceiveDefault(cluster.GrainContext) {}

func (c *counter) Add(req *mixedv1.AddRequest, ctx cluster.GrainContext) (*mixedv1.AddResponse, error) {
	c.total += req.By
	return &mixedv1.AddResponse{Total: c.total, Place: placeOf(ctx)}, nil
}

func (c *counter) Fail(req *mixedv1.FailRequest, ctx cluster.GrainContext) (*mixedv1.FailResponse, error) {
	if req.How == "known" {
		metadata := map[string]string{"identity": ctx.Identity()}
		return nil, mixedv1.ErrErrorReasonFull("%s is full", ctx.Identity()).WithMetadata(metadata)
	}
	return nil, errors.New("a plain Go error")
}

func (c *counter) EchoHeaders(_ *mixedv1.EchoHeadersRequest, ctx cluster.GrainContext) (*mixedv1.EchoHeadersResponse, error) {
	headers := map[string]string{}
	if header := ctx.MessageHeader(); header != nil {
		headers = header.ToMap()
	}
	return &mixedv1.EchoHeadersResponse{Headers: headers}, nil
}

func (c *counter) CallOther(req *mixedv1.CallOtherRequest, ctx cluster.GrainContext) (*mixedv1.CallOtherResponse, error) {
	response := &mixedv1.CallOtherResponse{Path: []*mixedv1.Place{placeOf(ctx)}}
	if len(req.Identities) == 0 {
		return response, nil
	}
	next := mixedv1.GetCounterGrainClient(ctx.Cluster(), req.Identities[0])
	rest, err := next.CallOther(&mixedv1.CallOtherRequest{Identities: req.Identities[1:]})
	if err != nil {
		return nil, err
	}
	response.Path = append(response.Path, rest.Path...)
	return response, nil
}

func placeOf(ctx cluster.GrainContext) *mixedv1.Place {
	return &mixedv1.Place{Language: "go", Member: ctx.ActorSystem().Address(), Identity: ctx.Identity()}
}
