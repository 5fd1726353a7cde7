// Command cluster-member is a member of a cluster, by Proto.Actor Go, that the end-to-end tests steer.
//
// It hosts the kind Counter. On its standard output it prints one JSON object a line: first {"ready": ADDRESS, "member": ID}, then an
// answer to each command, which are JSON objects, one a line of its standard input. When that ends, so does the process.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/cluster"
	"github.com/asynkron/protoactor-go/cluster/identitylookup/disthash"
	"github.com/asynkron/protoactor-go/remote"
	mixedv1 "ts-grain/e2e/cluster-member/gen/mixed/v1"
)

func main() {
	name := flag.String("cluster", "mixed", "name of the cluster")
	port := flag.Int("port", 0, "port to listen on; 0 picks one")
	patience := flag.Duration("patience", 20*time.Second, "how long a member may be silent that has gossiped")
	directory := directoryFlags()
	flag.Parse()

	system := actor.NewActorSystem(actor.WithLoggerFactory(warnings))
	journal := &journal{}
	kind := mixedv1.NewCounterKind(func() mixedv1.Counter { return &counter{journal: journal} }, 0)
	config := cluster.Configure(
		*name,
		directory.provider(),
		disthash.New(),
		remote.Configure("127.0.0.1", *port),
		cluster.WithKinds(kind),
		cluster.WithHeartbeatExpiration(*patience),
	)
	joined := cluster.New(system, config)
	joined.StartMember()

	out := &output{}
	out.print(map[string]any{"ready": system.Address(), "member": system.ID})
	serve(&member{cluster: joined, journal: journal}, out)
}

func warnings(*actor.ActorSystem) *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// serve obeys the commands of the standard input until it ends or one of them is to shut down.
func serve(self *member, out *output) {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var asked command
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		if asked.Do == "shutdown" {
			self.cluster.Shutdown(true)
			out.print(answer{ID: asked.ID, Result: "goodbye"})
			return
		}
		go func() { out.print(answer{ID: asked.ID, Result: self.obey(asked)}) }()
	}
}

// output prints lines that do not mix.
type output struct{ mutex sync.Mutex }

func (o *output) print(value any) {
	line, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	o.mutex.Lock()
	defer o.mutex.Unlock()
	os.Stdout.Write(append(line, '\n'))
}
