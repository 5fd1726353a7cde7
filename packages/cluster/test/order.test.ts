import type { PID } from "@ts-grain/actor";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Cluster } from "../src/index.ts";
import { InMemoryCluster, type InMemoryClusterOptions } from "../src/testing/index.ts";
import { getWitnessGrainClient } from "./gen/witness_grain.ts";
import { Testimony } from "./witness-grain.ts";

/** What happens to the cluster while calls are under way. */
const disturbances = {
  "nothing happens": async () => undefined,
  "a member joins": async (cluster: InMemoryCluster) => void (await cluster.addMember()),
  "the owner leaves": async (cluster: InMemoryCluster, owner: Cluster) => cluster.settle(owner.shutdown()),
  "the owner is let go": async (cluster: InMemoryCluster, owner: Cluster) => cluster.evict(owner),
} as const;

interface Numbered {
  readonly caller: string;
  readonly number: number;
}

async function start(options: Partial<InMemoryClusterOptions>) {
  const testimony = new Testimony();
  const kinds = () => [testimony.kind({ idleTimeoutMs: 40 })];
  const cluster = await InMemoryCluster.start({ kinds, members: 3, ...options });
  const handled: Numbered[] = [];
  testimony.beforeBump = async (_context, { notes: [caller, number] }) => {
    handled.push({ caller: caller!, number: Number(number) });
    await new Promise<void>((resolve) => void cluster.clock.schedule(3, resolve));
  };
  return { testimony, cluster, handled };
}

/** Calls other grains, until it is likely that there is a connection to each member. */
async function connect(caller: Cluster): Promise<void> {
  const rooms = Array.from({ length: 12 }, (_, room) => getWitnessGrainClient(caller, `room ${room}`));
  await Promise.all(rooms.map((room) => room.bump({ notes: [caller.system.id, "0"] })));
}

/** Makes so many calls, one each few milliseconds, whether those before were answered or not. */
async function callAndCall(cluster: InMemoryCluster, caller: Cluster, everyMs: number): Promise<unknown> {
  const client = getWitnessGrainClient(caller, "kitchen");
  const calls: Promise<unknown>[] = [];
  for (let number = 0; number < 60; number++) {
    calls.push(client.bump({ notes: [caller.system.id, `${number}`] }).catch((error: unknown) => error));
    await new Promise<void>((resolve) => void cluster.clock.schedule(everyMs, resolve));
  }
  return Promise.all(calls);
}

test.each(Object.entries(disturbances))(
  "calls of one process to one grain start in the order in which they were made while %s",
  async (what, disturb) => {
    const plan = fc.record({
      seed: fc.nat(),
      everyMs: fc.nat({ max: 3 }),
      atMs: fc.nat({ max: 120 }),
      delayMs: fc.constantFrom({ min: 0, max: 4 }, { min: 0, max: 30 }),
      // Who is connected sends the first call to the owner, who is not asks for the grain.
      isConnected: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ seed, everyMs, atMs, delayMs, isConnected }) => {
        const { cluster, handled } = await start({ seed, network: { delayMs } });
        await using _ = cluster;
        const client = await cluster.addClient();
        const pid = await cluster.settle(
          cluster.members[0]!.locate({ kind: "Witness", identity: "kitchen" }),
        );
        const owner = cluster.memberAt(pid.address);
        const callers = [client, cluster.members.findLast((member) => member !== owner)!];
        if (isConnected) await cluster.settle(Promise.all(callers.map(connect)));
        handled.length = 0;
        const calling = callers.map((caller) => callAndCall(cluster, caller, everyMs));
        await cluster.clock.advance(atMs);
        const disturbed = disturb(cluster, owner);
        await cluster.settle(Promise.all([...calling, disturbed]));
        for (const numbers of Map.groupBy(handled, ({ caller }) => caller).values()) {
          const order = numbers.map(({ number }) => number);
          expect(order).toEqual(order.toSorted((a, b) => a - b));
          // What has left for a member that is let go may be lost with it.
          if (what !== "the owner is let go") expect(order).toHaveLength(60);
        }
      }),
      { numRuns: 15 },
    );
  },
);

const ownDisturbances = {
  "a member joins": async (cluster: InMemoryCluster) => void (await cluster.addMember()),
  "it is let go": async (cluster: InMemoryCluster, owner: Cluster) => cluster.evict(owner),
  "the grain is stopped": async (_cluster: InMemoryCluster, { system }: Cluster, grain: PID) =>
    system.root.stop(grain),
  "the grain is told to end": async (_cluster: InMemoryCluster, { system }: Cluster, grain: PID) =>
    system.root.poison(grain),
} as const;

test.each(Object.entries(ownDisturbances))(
  "calls of a member to a grain of its own start in the order in which they were made while %s",
  async (what, disturb) => {
    const plan = fc.record({
      seed: fc.nat(),
      everyMs: fc.nat({ max: 3 }),
      atMs: fc.nat({ max: 120 }),
      endsAfterMs: fc.nat({ max: 10 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ seed, everyMs, atMs, endsAfterMs }) => {
        const { cluster, handled, testimony } = await start({ seed });
        await using _ = cluster;
        testimony.beforeDeactivation = () =>
          new Promise<void>((resolve) => void cluster.clock.schedule(endsAfterMs, resolve));
        const [first] = cluster.members as [Cluster];
        const pid = await cluster.settle(first.locate({ kind: "Witness", identity: "kitchen" }));
        const owner = cluster.memberAt(pid.address);
        const calling = callAndCall(cluster, owner, everyMs);
        await cluster.clock.advance(atMs);
        const disturbed = disturb(cluster, owner, pid);
        await cluster.settle(Promise.all([calling, disturbed]));
        const order = handled.map(({ number }) => number);
        expect(order).toEqual(order.toSorted((a, b) => a - b));
        if (what !== "it is let go") expect(order).toHaveLength(60);
      }),
      { numRuns: 15 },
    );
  },
);
