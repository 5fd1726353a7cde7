// Starts and ends clusters of two members many times: `node --expose-gc cycle-program.ts CYCLES`. It prints what that has left, and
// ends by itself if nothing keeps it.
import { ActorSystem } from "@ts-grain/actor";
import { quietLogger } from "@ts-grain/actor/testing";
import {
  Cluster,
  configureCluster,
  configureRemote,
  DistHashLookup,
  InProcessProvider,
} from "@ts-grain/cluster";
import { getWitnessGrainClient, newWitnessKind } from "../gen/faults/v1/witness_grain.ts";

/** What the cycles have left. */
export interface CycleReport {
  /** What is in use for good at the beginning and after each tenth of the cycles. */
  readonly heapBytes: readonly number[];
  /** By how many there are more listeners on the process. */
  readonly listenerGrowth: number;
  /** What is open, by type. */
  readonly resources: readonly string[];
}

async function cycle(): Promise<void> {
  const provider = new InProcessProvider();
  const kinds = [newWitnessKind(() => ({ bump: () => ({ count: 1 }), note: () => {} }))];
  const start = () =>
    Cluster.startMember(
      new ActorSystem({ logger: quietLogger }),
      configureCluster("cycle", provider, new DistHashLookup(), configureRemote("localhost", 0), { kinds }),
    );
  const members = [await start(), await start()];
  for (const member of members) await getWitnessGrainClient(member, "kitchen").bump({});
  for (const member of members) await member.shutdown();
}

function heapBytes(): number {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function countListeners(): number {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
}

const cycles = Number(process.argv[2]);
for (let warm = 0; warm < 20; warm++) await cycle();
const listenersBefore = countListeners();
const heaps = [heapBytes()];
for (let done = 1; done <= cycles; done++) {
  await cycle();
  if (done % (cycles / 10) === 0) heaps.push(heapBytes());
}
const report: CycleReport = {
  heapBytes: heaps,
  listenerGrowth: countListeners() - listenersBefore,
  resources: process.getActiveResourcesInfo(),
};
console.log(JSON.stringify(report));
