import { PID } from "@ts-grain/actor";
import { RecordingLogger } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { placementActorId } from "../src/identity/placement-messages.ts";
import {
  type Activation,
  type Cluster,
  DistHashLookup,
  type GrainFactory,
  type HostedKind,
  type IdentityLookup,
} from "../src/index.ts";
import { InMemoryCluster, type InMemoryClusterOptions } from "../src/testing/index.ts";
import { getWitnessGrainClient, newWitnessKind, type WitnessGrain } from "./gen/witness_grain.ts";
import { Testimony } from "./witness-grain.ts";

/** Members whose grains tell when they become actors, and a client that is connected to all. */
async function start(
  kinds: InMemoryClusterOptions["kinds"],
  options: Partial<Omit<InMemoryClusterOptions, "kinds">> = {},
) {
  const actors: string[] = [];
  const lookup = observed(new DistHashLookup(), (identity) => actors.push(identity));
  const cluster = await InMemoryCluster.start({ kinds, lookup, ...options });
  const client = await cluster.addClient();
  for (let index = 0; index < 12; index++)
    await cluster.settle(getWitnessGrainClient(client, `door ${index}`).bump({}));
  actors.length = 0;
  const [owner] = cluster.members as [Cluster];
  const call = (identity: string) => cluster.settle(getWitnessGrainClient(client, identity).bump({}));
  return { actors, cluster, client, owner, call };
}

/** Tells which grains have become actors. */
function observed(lookup: IdentityLookup, becomesActor: (identity: string) => void): IdentityLookup {
  const observe = (kind: HostedKind): HostedKind => ({
    ...kind,
    actorless: kind.actorless,
    newActivation: (identity, spawn) =>
      kind.newActivation(identity, (activation: Activation) => {
        becomesActor(identity);
        return spawn(activation);
      }),
  });
  return {
    start: ({ kinds, ...context }) =>
      lookup.start({
        ...context,
        kinds: new Map([...kinds].map(([name, kind]) => [name, observe(kind)])),
      }),
  };
}

/** A kind of grains that count, and never wait. */
function counters(onBump: WitnessGrain["bump"] = () => ({})) {
  const factory: GrainFactory<WitnessGrain> = () => {
    let count = 0;
    return {
      bump: (request, context) => ({ count: ++count, ...(onBump(request, context) as object) }),
      fail: () => ({}),
      relay: () => ({}),
    };
  };
  return newWitnessKind(factory, { idleTimeoutMs: 1_000 });
}

test("a grain that another process has called once is no actor, until it is called again", async () => {
  const { actors, cluster, call } = await start(() => [counters()]);
  await using _ = cluster;
  expect(await call("kitchen")).toMatchObject({ count: 1 });
  expect(actors).toEqual([]);
  expect(await call("kitchen")).toMatchObject({ count: 2 });
  expect(await call("kitchen")).toMatchObject({ count: 3 });
  expect(actors).toEqual(["kitchen"]);
});

test("it is found from its own process as well", async () => {
  const { actors, cluster, owner, call } = await start(() => [counters()]);
  await using _ = cluster;
  await call("kitchen");
  expect(await cluster.settle(getWitnessGrainClient(owner, "kitchen").bump({}))).toMatchObject({ count: 2 });
  expect(actors).toEqual(["kitchen"]);
  expect(owner.stats.activated).toBe(13);
});

test("it ends when it is idle without ever having been an actor, and the next call starts another one", async () => {
  const { actors, cluster, owner, call } = await start(() => [counters()]);
  await using _ = cluster;
  await cluster.clock.advance(1_100);
  expect(owner.stats).toMatchObject({ activations: 0, deactivated: { idle: 12 } });
  await call("kitchen");
  await cluster.clock.advance(900);
  expect(owner.stats.activations).toBe(1);
  await cluster.clock.advance(200);
  expect(owner.stats).toMatchObject({ activations: 0, deactivated: { idle: 13 } });
  expect(actors).toEqual([]);
  expect(await call("kitchen")).toMatchObject({ count: 1 });
});

test("a call that comes as it becomes idle keeps it", async () => {
  const { cluster, owner, call } = await start(() => [counters()]);
  await using _ = cluster;
  await call("kitchen");
  await cluster.clock.advance(900);
  await call("kitchen");
  await cluster.clock.advance(900);
  expect(await call("kitchen")).toMatchObject({ count: 3 });
  expect(owner.stats.deactivated.idle).toBe(12);
});

test("a grain that reads its PID in its first call is an actor from then on, and gets what is sent there", async () => {
  const messages: unknown[] = [];
  const factory: GrainFactory<WitnessGrain> = () => ({
    bump: (_request, { self, cluster }) => {
      cluster.system.root.send(self, "to myself");
      return { count: messages.length };
    },
    fail: () => ({}),
    relay: () => ({}),
    onMessage: (message: unknown) => void messages.push(message),
  });
  const { actors, cluster, call } = await start(() => [newWitnessKind(factory)]);
  await using _ = cluster;
  messages.length = 0;
  expect(await call("kitchen")).toEqual(expect.objectContaining({ count: 0 }));
  expect(actors).toEqual(["kitchen"]);
  expect(messages).toEqual(["to myself"]);
});

test.each(["onActivate", "its method"])(
  "a first call that waits in %s is finished before the next begins",
  async (place) => {
    const testimony = new Testimony();
    const { cluster, client } = await start(() => [testimony.kind()]);
    await using _ = cluster;
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    if (place === "onActivate") testimony.beforeActivation = () => opened;
    else testimony.beforeBump = () => opened;
    const kitchen = getWitnessGrainClient(client, "kitchen");
    const calls = [1, 2, 3].map(() => kitchen.bump({}));
    await cluster.clock.advance(400);
    expect(testimony.count("bumped", "kitchen")).toBe(0);
    open();
    const answers = await cluster.settle(Promise.all(calls));
    expect(answers.map(({ count }) => count)).toEqual([1, 2, 3]);
    expect(testimony.count("activated", "kitchen")).toBe(1);
  },
);

test("what makes a grain may fail in its first call: the caller hears of it, the member counts it once, and the next call tries again", async () => {
  let fails = false;
  const factory: GrainFactory<WitnessGrain> = () => {
    if (fails) throw new Error("no bulb");
    return { bump: () => ({ count: 1 }), fail: () => ({}), relay: () => ({}) };
  };
  const { cluster, owner, call } = await start(() => [newWitnessKind(factory)]);
  await using _ = cluster;
  fails = true;
  await expect(call("kitchen")).rejects.toThrow("internal error");
  await cluster.clock.advance(5);
  expect(owner.stats).toMatchObject({ activations: 12, activated: 13, deactivated: { failed: 1 } });
  fails = false;
  expect(await call("kitchen")).toMatchObject({ count: 1 });
});

test("what goes wrong beside the grain in its first call fails the grain, not those beside it, and the call is handled anew", async () => {
  let isBroken = false;
  class BrokenLogger extends RecordingLogger {
    override error(...entry: Parameters<RecordingLogger["error"]>): void {
      if (!isBroken || entry[1] !== "a grain could not be activated") return;
      isBroken = false;
      throw new Error("the disk is full");
    }
  }
  const testimony = new Testimony();
  const { cluster, call } = await start(() => [testimony.kind()], { logger: new BrokenLogger() });
  await using _ = cluster;
  testimony.beforeCreation = () => {
    if (isBroken) throw new Error("no bulb");
  };
  await call("hall");
  isBroken = true;
  expect(await call("kitchen")).toMatchObject({ count: 1 });
  expect(isBroken).toBe(false);
  expect(await call("hall")).toMatchObject({ count: 2 });
});

test.each(["before", "after"])(
  "the signal of a first call, read %s its method has waited, aborts when the grain's member is let go",
  async (when) => {
    const testimony = new Testimony();
    const { cluster, client, owner } = await start(() => [testimony.kind()]);
    await using _ = cluster;
    const { promise: aborted, resolve } = Promise.withResolvers<unknown>();
    testimony.beforeBump = async (context) => {
      if (when === "after") await new Promise<void>((next) => void cluster.clock.schedule(5, next));
      const { signal } = context;
      await new Promise<void>((next) => signal.addEventListener("abort", () => next()));
      resolve(signal.reason);
    };
    const call = getWitnessGrainClient(client, "kitchen").bump({}, { timeoutMs: 60_000 });
    call.catch(() => undefined);
    await cluster.clock.advance(20);
    await cluster.evict(owner);
    expect(await cluster.settle(aborted)).toMatchObject({ code: "stopped" });
  },
);

test("onDeactivate is told that a grain without an actor has been idle, and is waited for", async () => {
  const testimony = new Testimony();
  const { cluster, call } = await start(() => [testimony.kind({ idleTimeoutMs: 1_000 })]);
  await using _ = cluster;
  await call("kitchen");
  const { promise: saved, resolve: save } = Promise.withResolvers<void>();
  testimony.beforeDeactivation = () => saved;
  await cluster.clock.advance(1_100);
  const next = call("kitchen");
  await cluster.clock.advance(300);
  expect(testimony.count("activated", "kitchen")).toBe(1);
  save();
  expect(await next).toMatchObject({ count: 1 });
  expect(testimony.count("idle", "kitchen")).toBe(1);
});

test("grains without actors that belong to a member that joins are ended, each once, before it makes its own", async () => {
  const { actors, cluster, client, owner, call } = await start(() => [counters()]);
  await using _ = cluster;
  const rooms = Array.from({ length: 100 }, (_room, index) => `room ${index}`);
  for (const room of rooms) await call(room);
  expect(actors).toEqual([]);
  const joined = await cluster.addMember();
  await cluster.settle(joined.members.until(({ members }) => members.length === 2));
  const answers = [];
  for (const room of rooms) answers.push(await call(room));
  const moved = answers.filter(({ count }) => count === 1).length;
  expect(moved).toBeGreaterThan(20);
  expect(answers.filter(({ count }) => count === 2)).toHaveLength(100 - moved);
  expect(owner.stats.deactivated.moved).toBeGreaterThanOrEqual(moved);
  expect(client.stats.calls).toMatchObject({ ok: 212 });
});

test("a member that shuts down ends its grains without actors as it does all, and waits for what they save", async () => {
  const testimony = new Testimony();
  const { cluster, owner, call } = await start(() => [testimony.kind()]);
  await using _ = cluster;
  await call("kitchen");
  testimony.beforeDeactivation = () => new Promise((next) => void cluster.clock.schedule(50, next));
  await cluster.settle(owner.shutdown());
  expect(testimony.count("shutdown", "kitchen")).toBe(1);
});

test("grains without actors end with the actor that has placed them, which waits for what they save", async () => {
  const testimony = new Testimony();
  const { cluster, owner, call } = await start(() => [testimony.kind()]);
  await using _ = cluster;
  await call("kitchen");
  testimony.beforeDeactivation = () => new Promise((next) => void cluster.clock.schedule(50, next));
  const { address, root } = owner.system;
  const stopped = root.stopAsync(new PID(address, placementActorId));
  await cluster.clock.advance(40);
  expect(testimony.count("stopped", "kitchen")).toBe(0);
  await cluster.settle(stopped);
  expect(testimony.count("stopped", "kitchen")).toBe(1);
  expect(owner.stats.activations).toBe(0);
});
