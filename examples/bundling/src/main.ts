import {
  ActorSystem,
  Cluster,
  configureCluster,
  configureRemote,
  DistHashLookup,
  InProcessProvider,
} from "@ts-grain/cluster";
import { GrpcTransport } from "@ts-grain/remote";
import { counterKind } from "./counter.ts";
import { getCounterGrainClient } from "./gen/counter/v1/counter_grain.ts";

// Two members of one process that call each other through sockets, so that the bundle shows all that it needs.
const provider = new InProcessProvider();

async function startMember(): Promise<Cluster> {
  const remote = configureRemote("localhost", 0, { transport: new GrpcTransport() });
  return Cluster.startMember(
    new ActorSystem(),
    configureCluster("bundled", provider, new DistHashLookup(), remote, { kinds: [counterKind] }),
  );
}

const [first, second] = [await startMember(), await startMember()];
let calls = 0;
for (const identity of ["a", "b", "c", "d", "e", "f", "g", "h"]) {
  const counter = getCounterGrainClient(first, identity);
  await counter.increment({});
  const { count, member } = await counter.increment({});
  if (count === 2 && member === second.system.address) calls++;
}
console.log(calls > 0 ? "members call each other" : "no counter lived on the other member");
await Promise.all([first.shutdown(), second.shutdown()]);
