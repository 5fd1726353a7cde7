import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { quietLogger, VirtualClock } from "@ts-grain/actor/testing";
import {
  ActorSystem,
  Cluster,
  type ClusterProvider,
  configureCluster,
  configureRemote,
  DistHashLookup,
  type Member,
  type MembersListener,
} from "@ts-grain/cluster";
import { InMemoryCluster } from "@ts-grain/cluster/testing";
import { InMemoryNetwork } from "@ts-grain/remote";
import { expect, test } from "vitest";
import { slopeOf } from "../../src/checks/memory.ts";
import { getWitnessGrainClient, newWitnessKind } from "../../src/gen/faults/v1/witness_grain.ts";
import type { CycleReport } from "../../src/process/cycle-program.ts";
import { byNight } from "../../src/rig/case.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Grains of L1 after which it is measured anew. */
const between = 10_000;

/** Bytes on the heap that are in use for good. */
function heapInUse(): number {
  for (let round = 0; round < 3; round++) collect();
  return process.memoryUsage().heapUsed;
}

test("L1 grains that come and go leave nothing behind", { timeout: 600_000 }, async () => {
  const cycles = byNight(20_000, 100_000);
  const kinds = () => [
    newWitnessKind(() => ({ bump: () => ({ count: 1 }), note: () => {} }), { idleTimeoutMs: 50 }),
  ];
  const cluster = await InMemoryCluster.start({ kinds, members: 1, maxCachedLocations: 100 });
  await using _ = cluster;
  const [member] = cluster.members;
  const client = await cluster.addClient();
  const base = member!.stats;
  const cycle = async (from: number, to: number): Promise<void> => {
    for (let at = from; at < to; at += 100) {
      const lamps = Array.from({ length: 100 }, (_call, index) =>
        getWitnessGrainClient(index % 2 === 0 ? member! : client, `lamp-${at + index}`),
      );
      // Who calls a second time remembers where the grain is.
      for (let call = 0; call < 2; call++)
        await cluster.settle(Promise.all(lamps.map((lamp) => lamp.bump({}))));
      await cluster.clock.advance(110);
    }
  };
  await cycle(0, 5_000);
  const heaps = [heapInUse()];
  for (let from = 5_000; from < 5_000 + cycles; from += between) {
    await cycle(from, from + between);
    heaps.push(heapInUse());
  }
  const perCycle = slopeOf(heaps) / between;
  console.log(`L1: ${perCycle.toFixed(1)} bytes a cycle over ${cycles}`);
  expect(perCycle).toBeLessThan(50);
  expect(member!.stats).toMatchObject({ activations: 0, cachedLocations: 0 });
  expect(client.stats).toMatchObject({ activations: 0, cachedLocations: 100 });
  expect(member!.stats.actors).toMatchObject({ pendingRequests: 0, processes: base.actors.processes });
});

test(`L5 a process that has started and ended clusters many times ends by itself, with nothing open and no listener left, and each leaves less than ${byNight(5, 1)} kB in the end`, {
  timeout: 600_000,
}, () => {
  const cycles = byNight(100, 1_000);
  const program = fileURLToPath(new URL("../../src/process/cycle-program.ts", import.meta.url));
  const args = ["--conditions=@ts-grain/source", "--expose-gc", program, `${cycles}`];
  const { heapBytes, listenerGrowth, resources } = JSON.parse(
    execFileSync(process.execPath, args, { encoding: "utf8" }),
  ) as CycleReport;
  // What the first hundreds leave is compiled code for the most part, of which V8 drops megabytes at some time: so the middle one of the last five tenths counts.
  const growths = heapBytes.slice(-5).map((bytes, index) => bytes - heapBytes.at(index - 6)!);
  const perCycle = growths.toSorted((a, b) => a - b)[2]! / (cycles / 10);
  const grown = heapBytes.map((bytes) => Math.round((bytes - heapBytes[0]!) / 1_000));
  console.log(
    `L5: ${Math.round(perCycle)} bytes a cycle at the end of ${cycles}; grown by ${grown.join(", ")} kB; open: ${resources.join(", ")}`,
  );
  expect(resources.filter((type) => type !== "TTYWrap" && type !== "PipeWrap")).toEqual([]);
  expect(listenerGrowth).toBe(0);
  expect(perCycle).toBeLessThan(byNight(5_000, 1_000));
});

/** Lists whoever the test says. */
class ScriptedProvider implements ClusterProvider {
  listener: MembersListener = () => undefined;
  self: Member | undefined;

  async joinAsMember(self: Member, { onMembers }: { readonly onMembers: MembersListener }) {
    this.self = self;
    this.listener = onMembers;
    onMembers([self]);
    return { leave: async () => undefined, abandon: async () => undefined };
  }

  async joinAsClient() {
    return { leave: async () => undefined, abandon: async () => undefined };
  }
}

test("L6 ten thousand members that join and leave under new ids leave nothing that grows", {
  timeout: 120_000,
}, async () => {
  const clock = new VirtualClock();
  const provider = new ScriptedProvider();
  const system = new ActorSystem({ clock, logger: quietLogger });
  const remote = configureRemote("localhost", 0, { transport: new InMemoryNetwork({ clock }).transport() });
  const cluster = await Cluster.startMember(
    system,
    configureCluster("c", provider, new DistHashLookup(), remote),
  );
  const visit = async (from: number, to: number): Promise<void> => {
    for (let index = from; index < to; index++) {
      const visitor = {
        id: `visitor-${index}`,
        host: "nowhere",
        port: 1,
        kinds: [],
        dialect: "ts-grain" as const,
      };
      provider.listener([provider.self!, visitor]);
      await clock.settle();
      provider.listener([provider.self!]);
      await clock.advance(10);
    }
  };
  // The first ones have code compiled, and what was used at the start only is dropped at some time: what they leave is not told
  // from that. So the growth is measured three times, and the middle one counts.
  await visit(0, 10_000);
  const growths: number[] = [];
  for (let from = 10_000; from < 40_000; from += 10_000) {
    const beforeBytes = heapInUse();
    await visit(from, from + 10_000);
    growths.push((heapInUse() - beforeBytes) / 10_000);
  }
  const [, perMember] = growths.toSorted((a, b) => a - b);
  console.log(`L6: ${growths.map((growth) => growth.toFixed(1)).join(", ")} bytes a member`);
  expect(perMember).toBeLessThan(20);
  expect(cluster.stats).toMatchObject({ members: 1, remote: { endpoints: 0 } });
  const ended = cluster.kill();
  await clock.advance(5_000);
  await ended;
});
