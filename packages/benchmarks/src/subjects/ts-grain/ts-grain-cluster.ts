import {
  ActorSystem,
  Cluster,
  type ClusterConfig,
  type ClusterProvider,
  configureCluster,
  configureRemote,
  DistHashLookup,
  type GrainCaller,
  InProcessProvider,
  type Member,
} from "@ts-grain/cluster";
import { GrpcTransport } from "@ts-grain/remote";
import {
  getHelloServiceGrainClient,
  HelloServiceKind,
  newHelloServiceKind,
} from "../../gen/tsgrain/benchmarks/v1/hello_grain.ts";
import type { HelloRequest, HelloResponse } from "../../gen/tsgrain/benchmarks/v1/hello_pb.ts";
import type { ClusterProgram, Grains, Members } from "../cluster-program.ts";
import { answerHello, helloRequest } from "../hello.ts";
import { KnownMember } from "./known-member.ts";

class HelloGrain extends HelloServiceKind {
  override hello(request: HelloRequest): HelloResponse {
    return answerHello(request);
  }
}

const kinds = [newHelloServiceKind(() => new HelloGrain())];

/** Our cluster, with every option at its default. */
export const tsGrainCluster: ClusterProgram = {
  async openAlone() {
    return grainsOf(await startMember(new InProcessProvider()));
  },
  async serve() {
    const { self } = await startMember(new KnownMember());
    return JSON.stringify(self);
  },
  async connect(address) {
    return grainsOf(await startClient(new KnownMember(JSON.parse(address) as Member)));
  },
  async openMembers(count) {
    const provider = new InProcessProvider();
    const members: Cluster[] = [];
    const join = async () => void members.push(await startMember(provider, new GrpcTransport()));
    for (let index = 0; index < count; index++) await join();
    const client = await startClient(provider, new GrpcTransport());
    const leave = async () => members.pop()?.shutdown();
    return { ...grainsOf(client), join, leave } satisfies Members;
  },
};

function grainsOf(caller: GrainCaller): Grains {
  return {
    grain(identity) {
      const client = getHelloServiceGrainClient(caller, identity);
      return { ask: (number) => client.hello(helloRequest(number)) };
    },
  };
}

function startMember(provider: ClusterProvider, transport?: GrpcTransport): Promise<Cluster> {
  return Cluster.startMember(new ActorSystem(), configure(provider, transport));
}

function startClient(provider: ClusterProvider, transport?: GrpcTransport): Promise<Cluster> {
  return Cluster.startClient(new ActorSystem(), configure(provider, transport));
}

/** @param transport the provider's own by default */
function configure(provider: ClusterProvider, transport: GrpcTransport | undefined): ClusterConfig {
  const remote = configureRemote("127.0.0.1", 0, { transport });
  return configureCluster("benchmarks", provider, new DistHashLookup(), remote, { kinds });
}
