package main

import (
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/cluster"
	mixedv1 "ts-grain/e2e/cluster-member/gen/mixed/v1"
)

// lost is a call of the load that failed.
type lost struct {
	Identity string  `json:"identity"`
	AtMs     float64 `json:"atMs"`
	TookMs   float64 `json:"tookMs"`
	Message  string  `json:"message"`
}

// tally is what became of a load.
type tally struct {
	Calls  int     `json:"calls"`
	SlowMs float64 `json:"slowestMs"`
	Failed []lost  `json:"failed"`
}

// load calls one identity after the other, on and on, without waiting for the answers.
type load struct {
	cluster *cluster.Cluster
	ending  chan struct{}
	calls   sync.WaitGroup
	mutex   sync.Mutex
	tally   tally
}

func startLoad(in *cluster.Cluster, asked command) *load {
	l := &load{cluster: in, ending: make(chan struct{}), tally: tally{Failed: []lost{}}}
	l.calls.Add(1)
	go func() {
		defer l.calls.Done()
		ticker := time.NewTicker(time.Duration(asked.EveryMs) * time.Millisecond)
		defer ticker.Stop()
		for n := 0; ; n++ {
			select {
			case <-l.ending:
				return
			case <-ticker.C:
				l.calls.Add(1)
				go l.call(asked.Identities[n%len(asked.Identities)])
			}
		}
	}()
	return l
}

func (l *load) call(identity string) {
	defer l.calls.Done()
	begun := now()
	_, err := mixedv1.GetCounterGrainClient(l.cluster, identity).Add(&mixedv1.AddRequest{By: 1})
	took := now() - begun
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.tally.Calls++
	l.tally.SlowMs = max(l.tally.SlowMs, took)
	if err != nil {
		l.tally.Failed = append(l.tally.Failed, lost{identity, begun, took, err.Error()})
	}
}

// stop returns when all calls have ended.
func (l *load) stop() tally {
	close(l.ending)
	l.calls.Wait()
	return l.tally
}
