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
  readonly heapGrowthBytes: number;
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

const cycles = Number(process.argv[2]);
for (let warm = 0; warm < 20; warm++) await cycle();
const beforeBytes = heapBytes();
for (let done = 0; done < cycles; done++) await cycle();
const report: CycleReport = {
  heapGrowthBytes: heapBytes() - beforeBytes,
  resources: process.getActiveResourcesInfo(),
};
console.log(JSON.stringify(report));
