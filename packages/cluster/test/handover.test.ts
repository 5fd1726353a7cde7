import { create } from "@bufbuild/protobuf";
import { DeadLetterEvent, PID } from "@ts-grain/actor";
import fc from "fast-check";
import { expect, test } from "vitest";
import { RebalanceCompletedSchema } from "../src/gen/cluster/cluster_pb.ts";
import { GiveUpWaiting, placementActorId } from "../src/identity/placement-messages.ts";
import { type Cluster, Rendezvous } from "../src/index.ts";
import { createTopology } from "../src/membership/topology.ts";
import { InMemoryCluster, type InMemoryClusterOptions } from "../src/testing/index.ts";
import { getWitnessGrainClient } from "./gen/witness_grain.ts";
import { Testimony } from "./witness-grain.ts";

const identities = Array.from({ length: 40 }, (_identity, index) => `lamp-${index}`);

async function start(options: Partial<InMemoryClusterOptions> = {}) {
  const testimony = new Testimony();
  const cluster = await InMemoryCluster.start({ kinds: () => [testimony.kind()], members: 3, ...options });
  return { testimony, cluster };
}

async function bumpAll(cluster: InMemoryCluster, caller: Cluster) {
  return cluster.settle(
    Promise.all(identities.map((identity) => getWitnessGrainClient(caller, identity).bump({}))),
  );
}

/** For each identity, an activation ended before the next began. */
function expectOneAtATime({ sightings }: Testimony): void {
  const active = new Map<string, number>();
  for (const { what, identity, activation } of sightings) {
    if (what === "activated") {
      expect(active.get(identity)).toBeUndefined();
      active.set(identity, activation);
    } else if (what !== "bumped") {
      expect(active.get(identity)).toBe(activation);
      active.delete(identity);
    }
  }
}

test("a member that shuts down hands its grains over without a failed call", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.nat({ max: 2 }), async (seed, leaving) => {
      const { cluster, testimony } = await start({ seed, network: { delayMs: { min: 0, max: 4 } } });
      await using _ = cluster;
      await bumpAll(cluster, cluster.members[0]!);
      const leaver = cluster.members[leaving]!;
      const caller = cluster.members[(leaving + 1) % 3]!;
      const before = bumpAll(cluster, caller);
      const gone = cluster.settle(leaver.shutdown());
      const during = bumpAll(cluster, caller);
      await Promise.all([before, gone, during]);
      const after = await bumpAll(cluster, caller);
      expect(after.every(({ member }) => member !== leaver.system.address)).toBe(true);
      expectOneAtATime(testimony);
      expect(testimony.sightings.filter(({ what }) => what === "bumped")).toHaveLength(4 * identities.length);
    }),
    { numRuns: 15 },
  );
});

test("who has called a grain before it moved asks the new owner at once, without being refused by the old one", async () => {
  const { cluster, testimony } = await start({ members: 2 });
  await using _ = cluster;
  const callers = [await cluster.addClient(), ...cluster.members];
  for (const caller of callers) await bumpAll(cluster, caller);
  const joined = await cluster.addMember();
  await cluster.clock.advance(1_000);
  for (const caller of callers) {
    const answers = await bumpAll(cluster, caller);
    expect(answers.some(({ member }) => member === joined.system.address)).toBe(true);
    expect(caller.stats.retries).toBe(0);
  }
  expectOneAtATime(testimony);
});

test("a member that joins gets its share of the grains, which end where they were", async () => {
  const { cluster, testimony } = await start({ members: 2 });
  await using _ = cluster;
  await bumpAll(cluster, cluster.members[0]!);
  const newcomer = await cluster.addMember();
  await cluster.clock.advance(100);
  const responses = await bumpAll(cluster, cluster.members[0]!);
  const moved = responses.filter(({ member }) => member === newcomer.system.address);
  expect(moved.length).toBeGreaterThan(0);
  expect(moved.length).toBeLessThan(identities.length);
  expect(testimony.sightings.filter(({ what }) => what === "moved")).toHaveLength(moved.length);
  expect(moved.every(({ count }) => count === 1)).toBe(true);
  expectOneAtATime(testimony);
});

test("while a member joins, no call fails and no grain is active twice, however long its end takes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.nat({ max: 300 }), async (seed, endMs) => {
      const { cluster, testimony } = await start({
        members: 2,
        seed,
        network: { delayMs: { min: 0, max: 4 } },
      });
      await using _ = cluster;
      await bumpAll(cluster, cluster.members[0]!);
      testimony.beforeDeactivation = () =>
        new Promise((resolve) => void cluster.clock.schedule(endMs, resolve));
      const joining = cluster.addMember();
      const during = bumpAll(cluster, cluster.members[1]!);
      const newcomer = await joining;
      await Promise.all([during, bumpAll(cluster, newcomer)]);
      expect(testimony.sightings.some(({ what }) => what === "moved")).toBe(true);
      expectOneAtATime(testimony);
    }),
    { numRuns: 15 },
  );
});

/** Lets every member call what it owns now, as it would be the first to bring back what another still has. */
function bumpOwn(cluster: InMemoryCluster, leaving: ReadonlySet<Cluster>): Promise<unknown>[] {
  return cluster.living
    .filter((member) => !leaving.has(member))
    .flatMap((member) => {
      const rendezvous = new Rendezvous(member.members.topology.members);
      const own = identities.filter(
        (identity) => rendezvous.ownerOf({ kind: "Witness", identity }) === member.system.address,
      );
      const calls = own.map((identity) =>
        getWitnessGrainClient(member, identity).bump({}, { timeoutMs: 8_000 }),
      );
      return cluster.settle(Promise.all(calls)).catch((error: unknown) => {
        if (!leaving.has(member)) throw error;
      });
    });
}

test("while members join and leave right after one another, no call fails and no grain is active twice", async () => {
  const change = fc.tuple(fc.constantFrom("join", "leave"), fc.nat({ max: 5 }), fc.nat({ max: 60 }));
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.nat({ max: 300 }),
      fc.array(change, { minLength: 2, maxLength: 6 }),
      async (seed, endMs, changes) => {
        const { cluster, testimony } = await start({ seed, network: { delayMs: { min: 0, max: 4 } } });
        await using _ = cluster;
        const caller = await cluster.addClient();
        await bumpAll(cluster, caller);
        testimony.beforeDeactivation = () =>
          new Promise((resolve) => void cluster.clock.schedule(endMs, resolve));
        const underWay: Promise<unknown>[] = [];
        const leaving = new Set<Cluster>();
        for (const [what, which, pauseMs] of changes) {
          const there = cluster.living.filter((member) => !leaving.has(member));
          if (what === "join") {
            await cluster.settle(cluster.addMember());
          } else if (there.length > 1) {
            const leaver = there[which % there.length]!;
            leaving.add(leaver);
            underWay.push(cluster.settle(leaver.shutdown()));
          }
          underWay.push(bumpAll(cluster, caller));
          for (let ms = 0; ms < pauseMs; ms += 3) {
            underWay.push(...bumpOwn(cluster, leaving));
            await cluster.clock.advance(3);
          }
        }
        await Promise.all(underWay);
        await bumpAll(cluster, caller);
        testimony.beforeDeactivation = () => undefined;
        expectOneAtATime(testimony);
      },
    ),
    { numRuns: 25 },
  );
});

test("what a member still ends does not begin at one that has joined meanwhile, when its owner of between leaves", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const { cluster, testimony } = await start({
      members: 1,
      seed,
      network: { delayMs: { min: 0, max: 4 } },
    });
    await using _ = cluster;
    const caller = await cluster.addClient();
    await bumpAll(cluster, caller);
    testimony.beforeDeactivation = () => new Promise((resolve) => void cluster.clock.schedule(400, resolve));
    const between = await cluster.addMember();
    await cluster.clock.advance(20);
    const last = await cluster.addMember();
    await cluster.clock.advance(100);
    const underWay: Promise<unknown>[] = [cluster.settle(between.shutdown())];
    for (let ms = 0; ms < 30; ms++) {
      underWay.push(bumpAll(cluster, last));
      await cluster.clock.advance(1);
    }
    await Promise.all(underWay);
    testimony.beforeDeactivation = () => undefined;
    expectOneAtATime(testimony);
  }
});

/**
 * A member joins two others, one of which it cannot reach; then others join, one after a pause each. Milliseconds until a grain answers that the newcomer
 * owns all the while, and that one of the two owned before.
 */
async function msUntilServed(before: "silent" | "heard", others: { count: number; everyMs: number }) {
  const { cluster } = await start({ members: 2 });
  await using _ = cluster;
  const [silent, heard] = cluster.members as [Cluster, Cluster];
  const address = "localhost:20002";
  cluster.network.cut(silent.system.address, address);
  cluster.network.cut(address, silent.system.address);
  const startedMs = cluster.clock.nowMs();
  const joined = await cluster.addMember();
  expect(joined.system.address).toBe(address);
  const later = Array.from({ length: others.count }, (_other, n) => {
    return { ...joined.self!, id: `later ${n}`, port: 20_003 + n };
  });
  const first = new Rendezvous([silent.self!, heard.self!]);
  const last = new Rendezvous([silent.self!, heard.self!, joined.self!, ...later]);
  const owner = { silent, heard }[before].system.address;
  const identity = Array.from({ length: 1_000 }, (_identity, index) => `lamp-${index}`).find(
    (each) =>
      last.ownerOf({ kind: "Witness", identity: each }) === address &&
      first.ownerOf({ kind: "Witness", identity: each }) === owner,
  );
  let answeredMs = Number.POSITIVE_INFINITY;
  const call = getWitnessGrainClient(joined, identity!)
    .bump({}, { timeoutMs: 60_000 })
    .then(() => {
      answeredMs = cluster.clock.nowMs();
    });
  for (const _other of later) {
    await cluster.clock.advance(others.everyMs);
    await cluster.addMember();
  }
  await cluster.settle(call);
  return answeredMs - startedMs;
}

test("a member that joins waits a second for one that is listed and silent, however often others join", async () => {
  const tookMs = await msUntilServed("heard", { count: 4, everyMs: 900 });
  expect(tookMs).toBeGreaterThan(500);
  expect(tookMs).toBeLessThan(1_200);
});

test("a member that joins waits fifteen seconds for one that does not tell that it has handed over, however often others join", async () => {
  const tookMs = await msUntilServed("silent", { count: 5, everyMs: 3_500 });
  expect(tookMs).toBeGreaterThan(14_500);
  expect(tookMs).toBeLessThan(15_500);
});

test("what ends late begins elsewhere when it has ended, without a call that fails", async () => {
  const { cluster, testimony } = await start({ members: 2 });
  await using _ = cluster;
  await bumpAll(cluster, cluster.members[0]!);
  testimony.beforeDeactivation = () => new Promise((resolve) => void cluster.clock.schedule(9_000, resolve));
  const newcomer = await cluster.addMember();
  const startedAt = cluster.clock.nowMs();
  const calls = identities.map((identity) =>
    getWitnessGrainClient(newcomer, identity).bump({}, { timeoutMs: 30_000 }),
  );
  await cluster.settle(Promise.all(calls));
  expect(cluster.clock.nowMs() - startedAt).toBeGreaterThan(8_500);
  expect(cluster.clock.nowMs() - startedAt).toBeLessThan(9_500);
  expectOneAtATime(testimony);
  testimony.beforeDeactivation = () => undefined;
});

test("nobody can tell in another member's name that it has handed over", async () => {
  const { cluster, testimony } = await start({ members: 2 });
  await using _ = cluster;
  const [first, second] = cluster.members as [Cluster, Cluster];
  await bumpAll(cluster, first);
  testimony.beforeDeactivation = () => new Promise((resolve) => void cluster.clock.schedule(3_000, resolve));
  const newcomer = await cluster.addMember();
  const stranger = await cluster.addClient();
  const topologyHash = createTopology(cluster.members.map(({ self }) => self!)).hash;
  const target = new PID(newcomer.system.address, placementActorId);
  const forged = create(RebalanceCompletedSchema, { topologyHash });
  for (const { system } of [first, second]) {
    const inItsName = new PID(system.address, placementActorId);
    stranger.system.processes.get(target).sendUser(target, forged, inItsName, undefined);
  }
  await cluster.settle(
    Promise.all(
      identities.map((identity) => getWitnessGrainClient(newcomer, identity).bump({}, { timeoutMs: 20_000 })),
    ),
  );
  expectOneAtATime(testimony);
  testimony.beforeDeactivation = () => undefined;
});

test("what had ended before others of its member did need not wait for these", async () => {
  const { cluster, testimony } = await start({ members: 2 });
  await using _ = cluster;
  await bumpAll(cluster, cluster.members[0]!);
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let ending = 0;
  // The first of each member never ends.
  testimony.beforeDeactivation = () => (ending++ < 1 ? ended : undefined);
  const newcomer = await cluster.addMember();
  const own = identities.map((identity) => getWitnessGrainClient(newcomer, identity));
  const startedAt = cluster.clock.nowMs();
  const answers = await cluster.settle(
    Promise.allSettled(own.map((grain) => grain.bump({}, { timeoutMs: 7_000 }))),
  );
  expect(answers.filter(({ status }) => status === "rejected")).toHaveLength(1);
  expect(cluster.clock.nowMs() - startedAt).toBeLessThan(7_500);
  expectOneAtATime(testimony);
  end();
});

test("what had ended need not wait for what its member still has of another owner's", async () => {
  const { cluster, testimony } = await start({ members: 1 });
  await using _ = cluster;
  const [first] = cluster.members as [Cluster];
  await bumpAll(cluster, first);
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let owners: Rendezvous | undefined;
  const ownerOf = (identity: string) => owners?.ownerOf({ kind: "Witness", identity });
  // What the first newcomer is to get ends at once, one of what the second is to get never does.
  testimony.beforeDeactivation = (identity) => (identity === kept ? ended : undefined);
  const next = ["localhost:20001", "localhost:20002"];
  const self = first.self!;
  const expected = next.map((address, index) => ({
    ...self,
    id: `~${index}`,
    port: Number(address.split(":")[1]),
  }));
  owners = new Rendezvous(createTopology([self, ...expected]).members);
  const kept = identities.find((identity) => ownerOf(identity) === next[1])!;
  const newcomers = await cluster.settle(Promise.all([cluster.addMember(), cluster.addMember()]));
  expect(newcomers.map(({ system }) => system.address)).toEqual(next);
  const startedAt = cluster.clock.nowMs();
  const quick = identities.filter((identity) => ownerOf(identity) === next[0]);
  expect(quick.length).toBeGreaterThan(3);
  const calls = quick.map((identity) =>
    getWitnessGrainClient(newcomers[0]!, identity).bump({}, { timeoutMs: 20_000 }),
  );
  await cluster.settle(Promise.all(calls));
  expect(cluster.clock.nowMs() - startedAt).toBeLessThan(6_500);
  expectOneAtATime(testimony);
  end();
});

test("a member that has told what it has and then cannot be heard holds their new owner up for ten seconds", async () => {
  const { cluster, testimony } = await start({ members: 1 });
  await using _ = cluster;
  const { address } = cluster.members[0]!.system;
  await bumpAll(cluster, cluster.members[0]!);
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  testimony.beforeDeactivation = () => ended;
  const newcomer = await cluster.addMember();
  const startedAt = cluster.clock.nowMs();
  await cluster.clock.advance(100);
  cluster.network.cut(address, newcomer.system.address);
  const calls = identities
    .map((identity) => getWitnessGrainClient(newcomer, identity).bump({}, { timeoutMs: 14_000 }))
    .map((call) => call.catch(() => undefined));
  await cluster.settle(Promise.all(calls));
  const begun = testimony.sightings.filter(
    ({ what, member }) => what === "activated" && member === newcomer.system.address,
  );
  expect(begun.length).toBeGreaterThan(5);
  expect(cluster.clock.nowMs() - startedAt).toBeLessThan(14_500);
  end();
});

test("a member that cannot end its grains holds their new owner up for thirty seconds at most", async () => {
  const { cluster, testimony } = await start({ members: 2 });
  await using _ = cluster;
  await bumpAll(cluster, cluster.members[0]!);
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  testimony.beforeDeactivation = () => ended;
  const newcomer = await cluster.addMember();
  const startedAt = cluster.clock.nowMs();
  const calls = identities.map((identity) =>
    getWitnessGrainClient(newcomer, identity).bump({}, { timeoutMs: 60_000 }),
  );
  await cluster.settle(Promise.all(calls));
  expect(cluster.clock.nowMs() - startedAt).toBeGreaterThan(20_000);
  expect(cluster.clock.nowMs() - startedAt).toBeLessThan(31_000);
  end();
});

test("a member that could not be told of a finished hand-over is told once it can be reached", async () => {
  const { cluster } = await start({ members: 2 });
  await using _ = cluster;
  await bumpAll(cluster, cluster.members[0]!);
  const { address } = cluster.members[0]!.system;
  const next = "localhost:20002";
  cluster.network.cut(address, next);
  const newcomer = await cluster.addMember();
  expect(newcomer.system.address).toBe(next);
  const startedAt = cluster.clock.nowMs();
  // Long enough for the connection to be given up.
  await cluster.clock.advance(2_000);
  cluster.network.heal(address, next);
  await bumpAll(cluster, newcomer);
  expect(cluster.clock.nowMs() - startedAt).toBeLessThan(3_500);
});

test("grains on members that stay keep their state when another leaves", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const before = await bumpAll(cluster, cluster.members[0]!);
  await cluster.settle(cluster.members[2]!.shutdown());
  const after = await bumpAll(cluster, cluster.members[0]!);
  for (const [index, { member, activation }] of before.entries()) {
    if (member === cluster.members[2]!.system.address) continue;
    expect(after[index]).toMatchObject({ member, activation, count: 2 });
  }
});

test("the grains of a member that was killed live on elsewhere", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  await bumpAll(cluster, cluster.members[0]!);
  await cluster.settle(cluster.members[2]!.kill());
  const responses = await bumpAll(cluster, cluster.members[0]!);
  expect(new Set(responses.map(({ member }) => member)).size).toBe(2);
});

test("shutting down waits for calls that are being handled", async () => {
  const { cluster, testimony } = await start({ members: 2 });
  await using _ = cluster;
  const { promise: handled, resolve: finish } = Promise.withResolvers<void>();
  const pid = await cluster.settle(cluster.members[0]!.locate({ kind: "Witness", identity: "kitchen" }));
  testimony.beforeBump = () => handled;
  const owner = cluster.memberAt(pid.address);
  const caller = cluster.members.find((member) => member !== owner)!;
  const call = getWitnessGrainClient(caller, "kitchen").bump({});
  await cluster.clock.advance(10);
  const gone = owner.shutdown();
  await cluster.clock.advance(100);
  expect(testimony.count("shutdown", "kitchen")).toBe(0);
  finish();
  expect(await cluster.settle(call)).toMatchObject({ count: 1 });
  await cluster.settle(gone);
  expect(testimony.count("shutdown", "kitchen")).toBe(1);
});

test("shutting down does not wait for ever", async () => {
  const { cluster, testimony } = await start({ members: 2, shutdownTimeoutMs: 500 });
  await using _ = cluster;
  testimony.beforeBump = () => new Promise(() => undefined);
  const call = getWitnessGrainClient(cluster.members[0]!, "kitchen")
    .bump({})
    .catch((reason: unknown) => reason);
  await cluster.clock.advance(10);
  const pid = await cluster.settle(cluster.members[0]!.locate({ kind: "Witness", identity: "kitchen" }));
  const startedAt = cluster.clock.nowMs();
  await cluster.settle(cluster.memberAt(pid.address).shutdown());
  expect(cluster.clock.nowMs() - startedAt).toBeLessThan(5_500);
  await cluster.settle(call);
});

test("shutting down twice is shutting down once", async () => {
  const { cluster } = await start({ members: 1 });
  const [member] = cluster.members;
  await cluster.settle(Promise.all([member!.shutdown(), member!.shutdown(), member!.kill()]));
});

test("a member that is killed while it waits for a hand-over does not look again whether it has come", async () => {
  const { cluster, testimony } = await start({ members: 1 });
  await using _ = cluster;
  const [first] = cluster.members as [Cluster];
  await bumpAll(cluster, first);
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  testimony.beforeDeactivation = () => ended;
  const newcomer = await cluster.addMember();
  await cluster.clock.advance(6_000);
  const late: unknown[] = [];
  newcomer.system.eventStream.subscribe((event) => {
    if (event instanceof DeadLetterEvent && event.message instanceof GiveUpWaiting) late.push(event);
  });
  await cluster.settle(newcomer.kill());
  await cluster.clock.advance(3_000);
  expect(late).toEqual([]);
  end();
});
