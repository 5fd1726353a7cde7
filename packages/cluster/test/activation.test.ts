import { ActorSystem, PID } from "@ts-grain/actor";
import { expect, test } from "vitest";
import { Activation } from "../src/identity/activation.ts";
import {
  Cluster,
  configureCluster,
  configureRemote,
  DistHashLookup,
  GrainError,
  InProcessProvider,
  type KindOptions,
} from "../src/index.ts";
import { InMemoryCluster } from "../src/testing/index.ts";
import { getWitnessGrainClient, newWitnessKind } from "./gen/witness_grain.ts";
import { Testimony } from "./witness-grain.ts";

async function start(options?: KindOptions) {
  const testimony = new Testimony();
  const cluster = await InMemoryCluster.start({ kinds: () => [testimony.kind(options)], members: 2 });
  const kitchen = getWitnessGrainClient(cluster.members[0]!, "kitchen");
  return { testimony, cluster, kitchen };
}

test("an idle grain ends after its time, and the next call starts a new one", async () => {
  const { cluster, testimony, kitchen } = await start({ idleTimeoutMs: 1_000 });
  await using _ = cluster;
  await cluster.settle(kitchen.bump({}));
  await cluster.clock.advance(900);
  expect(testimony.count("idle", "kitchen")).toBe(0);
  await cluster.clock.advance(200);
  expect(testimony.count("idle", "kitchen")).toBe(1);
  expect(await cluster.settle(kitchen.bump({}))).toMatchObject({ count: 1, activation: 2 });
});

test("calls keep a grain from being idle", async () => {
  const { cluster, testimony, kitchen } = await start({ idleTimeoutMs: 1_000 });
  await using _ = cluster;
  for (let call = 0; call < 5; call++) {
    await cluster.settle(kitchen.bump({}));
    await cluster.clock.advance(800);
  }
  expect(testimony.count("activated", "kitchen")).toBe(1);
});

test("an idle timeout of 0 lets a grain live on", async () => {
  const { cluster, testimony, kitchen } = await start({ idleTimeoutMs: 0 });
  await using _ = cluster;
  await cluster.settle(kitchen.bump({}));
  await cluster.clock.advance(300_000);
  expect(testimony.count("idle", "kitchen")).toBe(0);
});

test.each(Array.from({ length: 28 }, (_try, index) => 994 + index))(
  "a call %i ms after the last one is handled exactly once, though the grain becomes idle after 1,000",
  async (pauseMs) => {
    const { cluster, testimony, kitchen } = await start({ idleTimeoutMs: 1_000 });
    await using _ = cluster;
    testimony.beforeDeactivation = () => new Promise((resolve) => void cluster.clock.schedule(2, resolve));
    await cluster.settle(kitchen.bump({}));
    await cluster.clock.advance(pauseMs);
    await cluster.settle(kitchen.bump({}));
    expect(testimony.count("bumped", "kitchen")).toBe(2);
  },
);

test("while a grain ends, calls wait for its successor", async () => {
  const { cluster, testimony, kitchen } = await start({ idleTimeoutMs: 1_000 });
  await using _ = cluster;
  const { promise: ending, resolve: end } = Promise.withResolvers<void>();
  await cluster.settle(kitchen.bump({}));
  testimony.beforeDeactivation = () => ending;
  await cluster.clock.advance(1_100);
  const calls = Promise.all([1, 2, 3].map(() => kitchen.bump({})));
  await cluster.clock.advance(500);
  expect(testimony.count("activated", "kitchen")).toBe(1);
  testimony.beforeDeactivation = () => undefined;
  end();
  const responses = await cluster.settle(calls);
  expect(responses.map(({ activation }) => activation)).toEqual([2, 2, 2]);
  expect(testimony.sightings.map(({ what }) => what).slice(0, 4)).toEqual([
    "activated",
    "bumped",
    "idle",
    "activated",
  ]);
});

test("all who wait for an activation that fails get its error, and the next call tries again", async () => {
  const { cluster, testimony, kitchen } = await start();
  await using _ = cluster;
  testimony.beforeActivation = async () => {
    await new Promise<void>((resolve) => void cluster.clock.schedule(50, resolve));
    throw new GrainError("UNAVAILABLE", "no state");
  };
  const calls = Array.from({ length: 100 }, () => kitchen.bump({}).catch((reason: unknown) => reason));
  for (const error of await cluster.settle(Promise.all(calls))) {
    expect(error).toMatchObject({ name: "GrainError", reason: "UNAVAILABLE", message: "no state" });
  }
  testimony.beforeActivation = () => undefined;
  expect(await cluster.settle(kitchen.bump({}))).toMatchObject({ count: 1 });
});

test("a factory may be asynchronous, gets the context, and may return a plain object", async () => {
  const provider = new InProcessProvider();
  const kind = newWitnessKind(async ({ identity, kind: name }) => ({
    bump: () => ({ member: `${name}/${identity}` }),
    fail: () => ({}),
    relay: () => ({}),
  }));
  await using member = await Cluster.startMember(
    new ActorSystem(),
    configureCluster("test", provider, new DistHashLookup(), configureRemote("localhost", 0), {
      kinds: [kind],
    }),
  );
  expect((await getWitnessGrainClient(member, "kitchen").bump({})).member).toBe("Witness/kitchen");
});

test("a message that is no call reaches onMessage", async () => {
  const { cluster, testimony } = await start();
  await using _ = cluster;
  const [member] = cluster.members;
  const pid = await cluster.settle(member!.locate({ kind: "Witness", identity: "kitchen" }));
  const owner = cluster.memberAt(pid.address);
  owner.system.root.send(new PID(pid.address, pid.id), { hello: "there" });
  await cluster.clock.advance(10);
  expect(testimony.messages).toEqual([{ hello: "there" }]);
});

/** Has a witness fail, so that it is to begin anew. */
async function failWitness({ cluster, testimony }: Awaited<ReturnType<typeof start>>): Promise<void> {
  const pid = await cluster.settle(cluster.members[0]!.locate({ kind: "Witness", identity: "kitchen" }));
  testimony.beforeMessage = () => {
    throw new Error("not for me");
  };
  cluster.memberAt(pid.address).system.root.send(new PID(pid.address, pid.id), "hello");
  await cluster.clock.advance(10);
}

test("a grain whose onMessage failed begins anew, is idle after its time as others are, and ends once", async () => {
  const started = await start({ idleTimeoutMs: 1_000 });
  const { cluster, testimony, kitchen } = started;
  await using _ = cluster;
  const { scheduled } = cluster.clock;
  await cluster.settle(kitchen.bump({}));
  await failWitness(started);
  expect(await cluster.settle(kitchen.bump({}))).toMatchObject({ count: 1, activation: 2 });
  await cluster.clock.advance(900);
  expect(testimony.sightings.map(({ what }) => what)).toEqual([
    ...["activated", "bumped", "failed"],
    ...["activated", "bumped"],
  ]);
  await cluster.clock.advance(3_000);
  expect(testimony.count("idle", "kitchen")).toBe(1);
  expect(cluster.clock.scheduled).toBe(scheduled);
  const stats = cluster.members.map((member) => member.stats);
  expect(stats.reduce((sum, { activated }) => sum + activated, 0)).toBe(2);
  expect(stats.reduce((sum, { deactivated: { failed, idle } }) => sum + failed + idle, 0)).toBe(2);
});

test("a grain that begins anew is not idle meanwhile, and knows nothing of the one before", async () => {
  const started = await start({ idleTimeoutMs: 1_000, maxQueuedCalls: 1 });
  const { cluster, testimony, kitchen } = started;
  await using _ = cluster;
  await cluster.settle(kitchen.bump({}));
  testimony.beforeActivation = () => new Promise((resolve) => void cluster.clock.schedule(3_000, resolve));
  await failWitness(started);
  await cluster.clock.advance(2_000);
  // Its place in the mailbox is not taken by a look at whether it is idle.
  expect(await cluster.settle(kitchen.bump({}))).toMatchObject({ count: 1, activation: 2 });
  const [former, present] = testimony.contexts;
  expect(present).not.toBe(former);
  expect([former?.identity, present?.identity]).toEqual(["kitchen", "kitchen"]);
});

test("what failed and cannot begin anew does not end a second time", async () => {
  const started = await start();
  const { cluster, testimony, kitchen } = started;
  await using _ = cluster;
  await cluster.settle(kitchen.bump({}));
  testimony.beforeCreation = () => {
    throw new Error("no grain");
  };
  await failWitness(started);
  testimony.beforeCreation = () => undefined;
  const deactivated = cluster.members.map((member) => member.stats.deactivated);
  expect(deactivated.reduce((sum, { failed }) => sum + failed, 0)).toBe(2);
  expect(await cluster.settle(kitchen.bump({}))).toMatchObject({ count: 1, activation: 2 });
  expect(testimony.sightings.map(({ what }) => what)).toEqual([
    ...["activated", "bumped", "failed"],
    ...["activated", "bumped"],
  ]);
});

test("what onDeactivate throws is logged and keeps nobody from the next activation", async () => {
  const { cluster, testimony, kitchen } = await start({ idleTimeoutMs: 1_000 });
  await using _ = cluster;
  testimony.beforeDeactivation = () => {
    throw new Error("disk full");
  };
  await cluster.settle(kitchen.bump({}));
  await cluster.clock.advance(1_100);
  expect(await cluster.settle(kitchen.bump({}))).toMatchObject({ activation: 2 });
});

test("two kinds of one name are refused before anything starts", () => {
  const kind = new Testimony().kind();
  expect(() =>
    configureCluster("test", new InProcessProvider(), new DistHashLookup(), configureRemote("localhost", 0), {
      kinds: [kind, kind],
    }),
  ).toThrow(/two kinds are named Witness/);
});

test.each([["prototopic"], ["tsgrain-probe"], ["x".repeat(129)]])("a kind may not be named %s", (name) => {
  const kind = { ...new Testimony().kind(), name };
  expect(() =>
    configureCluster("test", new InProcessProvider(), new DistHashLookup(), configureRemote("localhost", 0), {
      kinds: [kind],
    }),
  ).toThrow(expect.objectContaining({ code: "invalid_options" }));
});

test.each([[Number.NaN], [-1]])("an idle timeout of %d is refused", (idleTimeoutMs) => {
  expect(() => new Testimony().kind({ idleTimeoutMs })).toThrow(/idleTimeoutMs/);
});

/** Ends each activation after some milliseconds, and notes how many are under way at most. */
function slowActivations({ testimony, cluster }: Awaited<ReturnType<typeof start>>, takesMs: number) {
  const seen = { underWay: 0, most: 0 };
  testimony.beforeActivation = async () => {
    seen.underWay++;
    seen.most = Math.max(seen.most, seen.underWay);
    await new Promise<void>((resolve) => void cluster.clock.schedule(takesMs, resolve));
    seen.underWay--;
  };
  return seen;
}

const thousand = Array.from({ length: 1_000 }, (_identity, index) => `lamp-${index}`);

test("of a thousand grains that come together 64 at most are activated at once on a member, and all answer", async () => {
  const started = await start();
  const { cluster, testimony } = started;
  await using _ = cluster;
  const [first, second] = cluster.members as [Cluster, Cluster];
  const seen = slowActivations(started, 20);
  const answers = await cluster.settle(
    Promise.all(thousand.map((identity) => getWitnessGrainClient(first, identity).bump({}))),
  );
  expect(answers.every(({ count }) => count === 1)).toBe(true);
  const there = answers.filter(({ member }) => member === second.system.address).length;
  expect(there).toBeGreaterThan(100);
  expect(there).toBeLessThan(900);
  expect(seen.most).toBe(128);
  expect(testimony.sightings.filter(({ what }) => what === "activated")).toHaveLength(1_000);
});

test("grains that call one of their own kind while they are activated do not wait for each other", async () => {
  const { cluster, testimony, kitchen } = await start({ maxConcurrentActivations: 1 });
  await using _ = cluster;
  testimony.beforeActivation = async (identity) => {
    const context = testimony.contexts.findLast((each) => each.identity === identity)!;
    const [, depth = "0"] = identity.split("-");
    if (depth === "0") return;
    await getWitnessGrainClient(context, `floor-${Number(depth) - 1}`).bump({});
    await new Promise<void>((resolve) => void cluster.clock.schedule(10, resolve));
  };
  const startedMs = cluster.clock.nowMs();
  const towers = Array.from({ length: 20 }, () =>
    getWitnessGrainClient(cluster.members[0]!, "floor-9").bump({}),
  );
  await cluster.settle(Promise.all([kitchen.bump({}), ...towers]));
  expect(cluster.clock.nowMs() - startedMs).toBeLessThan(500);
  expect(testimony.count("activated", "floor-0")).toBe(1);
});

test("grains that wait for each other without their context go on after a second", async () => {
  const { cluster, testimony } = await start({ maxConcurrentActivations: 2 });
  await using _ = cluster;
  const [first] = cluster.members as [Cluster];
  testimony.beforeActivation = async (identity) => {
    if (identity !== "root") await getWitnessGrainClient(first, "root").bump({}, { timeoutMs: 60_000 });
  };
  const startedMs = cluster.clock.nowMs();
  const leaves = thousand.slice(0, 10);
  const calls = leaves.map((identity) =>
    getWitnessGrainClient(first, identity).bump({}, { timeoutMs: 60_000 }),
  );
  await cluster.settle(Promise.all(calls));
  expect(cluster.clock.nowMs() - startedMs).toBeLessThan(6_000);
});

test("activations that hang keep the others of their kind for a second, not for good", async () => {
  const { cluster, testimony } = await start({ maxConcurrentActivations: 8 });
  await using _ = cluster;
  const [first] = cluster.members as [Cluster];
  testimony.beforeActivation = (identity) =>
    identity.startsWith("lamp")
      ? new Promise((resolve) => void cluster.clock.schedule(10, resolve))
      : new Promise(() => undefined);
  const call = (identity: string) => getWitnessGrainClient(first, identity).bump({});
  const hung = Array.from({ length: 16 }, (_call, index) => call(`hung-${index}`).catch(() => undefined));
  await cluster.clock.advance(10);
  const startedMs = cluster.clock.nowMs();
  await cluster.settle(Promise.all(thousand.slice(0, 200).map(call)));
  expect(cluster.clock.nowMs() - startedMs).toBeLessThan(2_000);
  await cluster.settle(Promise.all(hung));
});

test.each(["shuts down", "is joined by another"])(
  "what waits for its activation when its member %s is activated by the next owner, and by nobody else",
  async (change) => {
    const started = await start();
    const { cluster, testimony } = started;
    await using _ = cluster;
    const [first, second] = cluster.members as [Cluster, Cluster];
    slowActivations(started, 400);
    const calls = thousand.map((identity) =>
      getWitnessGrainClient(first, identity).bump({}, { timeoutMs: 60_000 }),
    );
    await cluster.clock.advance(50);
    const changedMs = cluster.clock.nowMs();
    if (change === "shuts down") await cluster.settle(second.shutdown());
    else await cluster.addMember();
    expect(cluster.clock.nowMs() - changedMs).toBeLessThan(1_000);
    expect((await cluster.settle(Promise.all(calls))).every(({ count }) => count === 1)).toBe(true);
    expect(testimony.sightings.filter(({ what }) => what === "activated").length).toBeLessThan(1_000 + 128);
    const loaded = Map.groupBy(testimony.sightings, ({ identity }) => identity);
    for (const seen of loaded.values()) expect(seen.filter(({ what }) => what === "bumped")).toHaveLength(1);
    // No life began before the one before had ended.
    for (const seen of loaded.values())
      expect(seen.map(({ what }) => what).join(" ")).not.toMatch(/activated (bumped )?activated/);
  },
);

test("a member that ends activates nothing of what waits any more, and leaves no timer", async () => {
  const { cluster, testimony } = await start({ maxConcurrentActivations: 4 });
  await using _ = cluster;
  const [first, second] = cluster.members as [Cluster, Cluster];
  testimony.beforeActivation = () => new Promise(() => undefined);
  const calls = thousand.slice(0, 100).map((identity) => getWitnessGrainClient(first, identity).bump({}));
  for (const call of calls) call.catch(() => undefined);
  await cluster.clock.advance(100);
  await cluster.settle(second.kill());
  await cluster.settle(first.shutdown());
  const begun = testimony.contexts.length;
  await cluster.clock.advance(20_000);
  expect(testimony.contexts).toHaveLength(begun);
  expect(begun).toBeLessThan(50);
  expect(cluster.clock.scheduled).toBe(0);
});

test("what waits for its activation when its member is let go is not activated there any more", async () => {
  const started = await start({ maxConcurrentActivations: 1 });
  const { cluster, testimony } = started;
  await using _ = cluster;
  const [first, second] = cluster.members as [Cluster, Cluster];
  slowActivations(started, 500);
  const calls = thousand
    .slice(0, 20)
    .map((identity) => getWitnessGrainClient(first, identity).bump({}, { timeoutMs: 60_000 }));
  await cluster.clock.advance(600);
  await cluster.evict(second);
  expect(await cluster.settle(Promise.all(calls))).toHaveLength(20);
  const begunThere = testimony.contexts.filter(({ self }) => self.address === second.system.address);
  const ended = begunThere.filter((context) => context instanceof Activation && context.reason === "evicted");
  // One that had been activated, and the one that was under way.
  expect(ended).toHaveLength(2);
});
