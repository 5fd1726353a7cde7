import { create } from "@bufbuild/protobuf";
import { PID } from "@ts-grain/actor";
import { RecordingLogger } from "@ts-grain/actor/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { HoldingsSchema } from "../src/gen/tsgrain/cluster/v1/holdings_pb.ts";
import { type Cluster, DuplicateActivation, Rejoined, Rendezvous } from "../src/index.ts";
import { createTopology } from "../src/membership/topology.ts";
import { InMemoryCluster, type InMemoryClusterOptions } from "../src/testing/index.ts";
import { getWitnessGrainClient } from "./gen/witness_grain.ts";
import { Testimony } from "./witness-grain.ts";

const identities = Array.from({ length: 40 }, (_identity, index) => `lamp-${index}`);

async function start(options: Partial<InMemoryClusterOptions> = {}) {
  const testimony = new Testimony();
  const cluster = await InMemoryCluster.start({ kinds: () => [testimony.kind()], members: 3, ...options });
  const reported: DuplicateActivation[] = [];
  const listen = ({ system }: Cluster): void => {
    system.eventStream.subscribe((event) => {
      if (event instanceof DuplicateActivation) reported.push(event);
    });
  };
  for (const member of cluster.members) listen(member);
  return { testimony, cluster, reported, listen };
}

async function bump(cluster: InMemoryCluster, caller: Cluster, wanted: readonly string[] = identities) {
  return cluster.settle(
    Promise.all(
      wanted.map((identity) => getWitnessGrainClient(caller, identity).bump({}, { timeoutMs: 60_000 })),
    ),
  );
}

/** Takes a member off the list, has its grains called meanwhile, and waits until it is back. */
async function letGo(cluster: InMemoryCluster, member: Cluster, caller: Cluster): Promise<void> {
  const back = new Promise((resolve) => {
    member.system.eventStream.subscribe((event) => event instanceof Rejoined && resolve(event));
  });
  await cluster.evict(member);
  await cluster.clock.advance(20);
  await bump(cluster, caller);
  await cluster.settle(back);
  await cluster.clock.advance(50);
}

/** Of each identity that was active on two members at a time, the two, in their order. */
function activeTwice({ sightings }: Pick<Testimony, "sightings">): string[] {
  const active = new Map<string, Map<number, string>>();
  const twice = new Set<string>();
  for (const { what, identity, activation, member } of sightings) {
    const here = active.get(identity) ?? new Map<number, string>();
    active.set(identity, here);
    if (what === "activated") {
      for (const other of here.values()) twice.add(describe(identity, [other, member]));
      here.set(activation, member);
    } else if (what !== "bumped") {
      here.delete(activation);
    }
  }
  return [...twice].toSorted();
}

function describe(identity: string, members: readonly string[]): string {
  return `${identity} at ${members.toSorted().join(" and ")}`;
}

function described(reported: readonly DuplicateActivation[]): string[] {
  return reported.map(({ identity, members }) => describe(identity, members)).toSorted();
}

function counted(cluster: InMemoryCluster): number {
  return cluster.members.reduce((sum, { stats }) => sum + stats.duplicates, 0);
}

/** What each side calls while they are apart, and how the cluster is. */
const splits = fc.record({
  seed: fc.nat(),
  apart: fc.integer({ min: 1, max: 2 }),
  before: fc.subarray(identities),
  some: fc.subarray(identities),
  others: fc.subarray(identities),
});

test("what was active twice while members had let each other go is reported, each once, and nothing else", async () => {
  let found = 0;
  await fc.assert(
    fc.asyncProperty(splits, async ({ seed, apart, before, some, others }) => {
      const { cluster, testimony, reported } = await start({
        seed,
        network: { delayMs: { min: 0, max: 4 } },
      });
      await using _ = cluster;
      const sides = [cluster.members.slice(0, apart), cluster.members.slice(apart)] as const;
      const pairs = sides[0].flatMap((one) =>
        sides[1].map((other) => [one.system.address, other.system.address] as const),
      );
      await bump(cluster, cluster.members[0]!, before);
      // So that all have heard of all.
      await cluster.clock.advance(2_000);
      for (const [one, other] of pairs) cluster.network.cut(one, other);
      await cluster.clock.advance(30_000);
      await bump(cluster, sides[0][0]!, some);
      await bump(cluster, sides[1][0]!, others);
      for (const [one, other] of pairs) cluster.network.heal(one, other);
      await cluster.clock.advance(20_000);
      const twice = activeTwice(testimony);
      expect(described(reported)).toEqual(twice);
      expect(counted(cluster)).toBe(twice.length);
      found += twice.length;
      // Only the owner's stays.
      const now = testimony.sightings.length;
      const owners = new Rendezvous(createTopology(cluster.members.map(({ self }) => self!)).members);
      for (const caller of cluster.members) {
        const placed = (await bump(cluster, caller)).map(({ member }) => member);
        expect(placed).toEqual(identities.map((identity) => owners.ownerOf({ kind: "Witness", identity })));
      }
      expect(activeTwice({ sightings: testimony.sightings.slice(now) })).toEqual([]);
    }),
    { numRuns: 12 },
  );
  expect(found).toBeGreaterThan(20);
});

test("a member that does not know that it was let go tells, when it does, what was active there as well", async () => {
  const logger = new RecordingLogger();
  const { cluster, testimony, reported } = await start({ logger });
  await using _ = cluster;
  const [first, , third] = cluster.members as [Cluster, Cluster, Cluster];
  const placed = await bump(cluster, first);
  const there = placed.filter(({ member }) => member === third.system.address);
  await cluster.evict(third, { tells: false });
  await bump(cluster, first);
  await cluster.clock.advance(20_000);
  expect(there.length).toBeGreaterThan(0);
  expect(activeTwice(testimony)).toHaveLength(there.length);
  expect(described(reported)).toEqual(activeTwice(testimony));
  const told = logger.entries.filter(({ message }) =>
    message.startsWith("grains were active on two members"),
  );
  const counts = told.map(({ fields }) => (fields as { readonly count: number }).count);
  // A line of the log for each message.
  expect(counts.length).toBeLessThan(there.length);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(there.length);
});

test("an owner that could not be told at once is told again", async () => {
  const { cluster, testimony, reported } = await start();
  await using _ = cluster;
  const [first, second, third] = cluster.members as [Cluster, Cluster, Cluster];
  await bump(cluster, first);
  await cluster.evict(third, { tells: false });
  await bump(cluster, first);
  // It comes back, but cannot reach the others at first.
  const former = third.self!.id;
  while (third.self!.id === former) await cluster.clock.advance(1);
  const others = [first.system.address, second.system.address];
  for (const other of others) cluster.network.cut(third.system.address, other);
  await cluster.clock.advance(1_000);
  expect(reported).toEqual([]);
  for (const other of others) cluster.network.heal(third.system.address, other);
  await cluster.clock.advance(10_000);
  expect(described(reported)).toEqual(activeTwice(testimony));
  expect(reported.length).toBeGreaterThan(0);
});

test("an owner that has not waited for the end of a grain is told when it has ended", async () => {
  const { cluster, testimony, reported, listen } = await start({ members: 1 });
  await using _ = cluster;
  await bump(cluster, cluster.members[0]!);
  testimony.beforeDeactivation = () => new Promise((resolve) => void cluster.clock.schedule(40_000, resolve));
  const newcomer = await cluster.addMember();
  listen(newcomer);
  await bump(cluster, newcomer);
  await cluster.clock.advance(20_000);
  expect(activeTwice(testimony).length).toBeGreaterThan(5);
  expect(described(reported)).toEqual(activeTwice(testimony));
  testimony.beforeDeactivation = () => undefined;
});

test("what ended in order while its owner could not be told is not reported when it can", async () => {
  const { cluster, testimony, reported, listen } = await start({ members: 1 });
  await using _ = cluster;
  const [first] = cluster.members as [Cluster];
  await bump(cluster, first);
  const next = `localhost:${Number(first.system.address.split(":")[1]) + 1}`;
  cluster.network.cut(first.system.address, next);
  const newcomer = await cluster.addMember();
  expect(newcomer.system.address).toBe(next);
  listen(newcomer);
  await cluster.clock.advance(5_500);
  const own = await cluster.settle(
    Promise.all(
      identities.map((identity) =>
        getWitnessGrainClient(newcomer, identity)
          .bump({}, { timeoutMs: 300 })
          .catch(() => undefined),
      ),
    ),
  );
  expect(own.filter((answer) => answer?.member === next).length).toBeGreaterThan(5);
  cluster.network.heal(first.system.address, next);
  await cluster.clock.advance(5_000);
  expect(activeTwice(testimony)).toEqual([]);
  expect(reported).toEqual([]);
});

test("of four members two are let go and come back one after the other: what was active twice is reported", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.constantFrom(0, 500, 1_500, 5_000), async (seed, apartMs) => {
      const { cluster, testimony, reported } = await start({
        seed,
        members: 4,
        network: { delayMs: { min: 0, max: 4 } },
      });
      await using _ = cluster;
      const [first, second, third, fourth] = cluster.members as [Cluster, Cluster, Cluster, Cluster];
      await bump(cluster, first);
      await cluster.evict(third, { tells: false });
      await bump(cluster, first);
      await cluster.clock.advance(apartMs);
      await cluster.evict(fourth, { tells: false });
      await bump(cluster, second);
      await cluster.clock.advance(40_000);
      expect(activeTwice(testimony).length).toBeGreaterThan(10);
      // By two members, where the owner has changed meanwhile.
      expect([...new Set(described(reported))]).toEqual(activeTwice(testimony));
    }),
    { numRuns: 8 },
  );
});

test("who makes up what it has gets few reports out of it, and is not remembered", async () => {
  const { cluster, reported } = await start({ members: 2 });
  await using _ = cluster;
  const [first, second] = cluster.members as [Cluster, Cluster];
  const placed = await bump(cluster, first);
  const index = placed.findIndex(({ member }) => member === second.system.address);
  const tell = async (kind: string, told: readonly string[]) => {
    const numbers = told.map((_identity, number) => number);
    const ago = told.map(() => 0);
    const message = { kind, identities: [...told], numbers, begunMsAgo: ago, endedMsAgo: ago };
    const target = new PID(second.system.address, "partition-activator");
    // Whom it has as sender, it takes for a member.
    const asked = first.system.root.requestAsync(target, create(HoldingsSchema, message), { timeoutMs: 10 });
    await cluster.settle(asked.catch(() => undefined));
  };
  await tell("Witness", new Array<string>(20_000).fill(identities[index]!));
  expect(reported.length).toBeGreaterThan(0);
  expect(reported.length).toBeLessThan(20);
  const before = reported.length;
  await tell("Nothing", identities);
  await tell("Witness", new Array<string>(2_000).fill("x".repeat(600)));
  expect(reported).toHaveLength(before);
});

test("members that have ended have no timer left of what they were told", async () => {
  const { cluster, reported } = await start();
  const [first, , third] = cluster.members as [Cluster, Cluster, Cluster];
  await bump(cluster, first);
  await cluster.evict(third, { tells: false });
  await bump(cluster, first);
  await cluster.clock.advance(10_000);
  expect(reported.length).toBeGreaterThan(0);
  await cluster[Symbol.asyncDispose]();
  expect(cluster.clock.scheduled).toBe(0);
});

test("members that come, leave and are let go in order report nothing", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.array(fc.constantFrom("join", "leave", "evict", "call"), { maxLength: 12 }),
      async (seed, steps) => {
        const { cluster, testimony, reported, listen } = await start({
          seed,
          network: { delayMs: { min: 0, max: 4 } },
        });
        await using _ = cluster;
        for (const step of steps) {
          const [first, second] = cluster.living;
          if (step === "join") listen(await cluster.addMember());
          else if (step === "leave" && second) await cluster.settle(first!.shutdown());
          else if (step === "evict" && second) await letGo(cluster, second, first!);
          else await bump(cluster, first!);
        }
        await cluster.clock.advance(1_000);
        expect(activeTwice(testimony)).toEqual([]);
        expect(reported).toEqual([]);
      },
    ),
    { numRuns: 25 },
  );
});
