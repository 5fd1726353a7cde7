package main

import (
	"flag"
	"fmt"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/cluster"
	"github.com/asynkron/protoactor-go/cluster/clusterproviders/automanaged"
	"github.com/asynkron/protoactor-go/cluster/clusterproviders/consul"
	"github.com/asynkron/protoactor-go/cluster/clusterproviders/etcd"
	"github.com/hashicorp/consul/api"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// directory says through what members find each other.
type directory struct {
	kind       *string
	at         *string
	managePort *int
}

func directoryFlags() directory {
	return directory{
		kind:       flag.String("provider", "consul", "consul, etcd or automanaged"),
		at:         flag.String("at", "", "Consul's or etcd's host:port, or the hosts to ask, with commas"),
		managePort: flag.Int("manage-port", 0, "where an automanaged member says who it is"),
	}
}

func (d directory) provider() cluster.ClusterProvider {
	switch *d.kind {
	case "consul":
		return must(consul.NewWithConfig(&api.Config{Address: *d.at}))
	case "etcd":
		config := clientv3.Config{Endpoints: []string{*d.at}, DialTimeout: 5 * time.Second}
		return must(etcd.NewWithConfig("/protoactor", config))
	case "automanaged":
		return automanaged.NewWithConfig(2*time.Second, *d.managePort, strings.Split(*d.at, ",")...)
	default:
		panic(fmt.Sprintf("no provider is called %q", *d.kind))
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
