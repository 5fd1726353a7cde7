import type { Message } from "@bufbuild/protobuf";
import {
  ActorSystem,
  type ActorSystemOptions,
  PID,
  type SenderMiddleware,
  seededRandom,
} from "@ts-grain/actor";
import { quietLogger, RecordingLogger, VirtualClock } from "@ts-grain/actor/testing";
import { InMemoryNetwork } from "@ts-grain/remote";
import { expect, test } from "vitest";
import type { GrainCallContext } from "../src/codegenv1/index.ts";
import type { GrainHooks } from "../src/grain/grain.ts";
import { Passivate } from "../src/identity/activation.ts";
import { PlaceBy, placementActorId } from "../src/identity/placement-messages.ts";
import {
  type Activation,
  Cluster,
  configureCluster,
  configureRemote,
  DistHashLookup,
  type GrainContext,
  type GrainFactory,
  type HostedKind,
  type IdentityLookup,
  InProcessProvider,
  type Kind,
  type LookupSession,
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
  await cluster.settle(connect(client));
  actors.length = 0;
  const [owner] = cluster.members as [Cluster];
  const call = (identity: string) => cluster.settle(getWitnessGrainClient(client, identity).bump({}));
  return { actors, cluster, client, owner, call };
}

/** Calls twelve grains, of which two members are likely to have some each. */
async function connect(caller: Cluster): Promise<void> {
  for (let index = 0; index < 12; index++) await getWitnessGrainClient(caller, `door ${index}`).bump({});
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

type Bump = (context: GrainCallContext) => unknown;

/** A kind of grains that count. They wait for nothing but what is given here. */
function counters(onBump: Bump = () => undefined, hooks: (context: GrainContext) => GrainHooks = () => ({})) {
  const factory: GrainFactory<WitnessGrain> = (context) => {
    let count = 0;
    const bump: WitnessGrain["bump"] = (_request, call) => {
      count++;
      const bumped = onBump(call);
      return bumped instanceof Promise ? bumped.then(() => ({ count })) : { count };
    };
    return Object.assign(hooks(context), { bump, fail: () => ({}), relay: () => ({}) });
  };
  return newWitnessKind(factory, { idleTimeoutMs: 1_000 });
}

/** Grains that take 50 ms to end, and tell when they have, and why. */
function slowToEnd(ended: string[], concerns: (identity: string) => boolean = () => true) {
  return ({ identity, cluster }: GrainContext): GrainHooks => {
    if (!concerns(identity)) return {};
    return {
      onDeactivate: async (_context, reason) => {
        await new Promise<void>((next) => void cluster.system.clock.schedule(50, next));
        ended.push(`${identity} ${reason}`);
      },
    };
  };
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
  const sendToSelf: Bump = ({ identity, self, cluster }) => {
    if (identity === "kitchen") cluster.system.root.send(self, "to myself");
  };
  const onMessage = (message: unknown) => void messages.push(message);
  const { actors, cluster, call } = await start(() => [counters(sendToSelf, () => ({ onMessage }))]);
  await using _ = cluster;
  expect(await call("kitchen")).toMatchObject({ count: 1 });
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
    const { promise: aborted, resolve } = Promise.withResolvers<unknown>();
    const wait: Bump = async (context) => {
      if (context.identity !== "kitchen") return;
      if (when === "after") await undefined;
      const { signal } = context;
      await new Promise<void>((next) => signal.addEventListener("abort", () => next()));
      resolve(signal.reason);
    };
    const { cluster, client, owner } = await start(() => [counters(wait)]);
    await using _ = cluster;
    const call = getWitnessGrainClient(client, "kitchen").bump({}, { timeoutMs: 60_000 });
    call.catch(() => undefined);
    await cluster.clock.advance(20);
    await cluster.evict(owner);
    expect(await cluster.settle(aborted)).toMatchObject({ code: "stopped" });
  },
);

test("a grain that has not been told yet why it ends is waited for when it is idle, and calls start the next one", async () => {
  const ended: string[] = [];
  const { cluster, call } = await start(() => [counters(undefined, slowToEnd(ended))]);
  await using _ = cluster;
  await call("kitchen");
  await cluster.clock.advance(1_020);
  expect(ended).not.toContain("kitchen idle");
  expect(await call("kitchen")).toMatchObject({ count: 1 });
  expect(ended).toContain("kitchen idle");
});

test("grains without actors that belong to a member that joins are ended, each once, before it makes its own", async () => {
  const ended: string[] = [];
  const made = new Map<string, number>();
  const isSlow = (identity: string) => identity.endsWith("7");
  const note = slowToEnd(ended, isSlow);
  const problems: string[] = [];
  const hooks = (context: GrainContext) => {
    const { identity } = context;
    made.set(identity, (made.get(identity) ?? 0) + 1);
    if (isSlow(identity) && made.get(identity) === 2 && !ended.includes(`${identity} moved`))
      problems.push(identity);
    return note(context);
  };
  const { actors, cluster, client, owner, call } = await start(() => [counters(undefined, hooks)]);
  await using _ = cluster;
  const rooms = Array.from({ length: 100 }, (_room, index) => `room ${index}`);
  for (const room of rooms) await call(room);
  expect(actors).toEqual([]);
  const joined = await cluster.addMember();
  await cluster.settle(joined.members.until(({ members }) => members.length === 2));
  const calls = rooms.map((room) => getWitnessGrainClient(client, room).bump({}));
  const answers = await cluster.settle(Promise.all(calls));
  const moved = answers.filter(({ count }) => count === 1).length;
  expect(moved).toBeGreaterThan(20);
  expect(answers.filter(({ count }) => count === 2)).toHaveLength(100 - moved);
  expect(ended.length).toBeGreaterThan(1);
  expect(problems).toEqual([]);
  expect(owner.stats.deactivated.moved).toBeGreaterThanOrEqual(moved);
  expect(client.stats.calls).toMatchObject({ ok: 212 });
});

test("a member that shuts down ends its grains without actors as it does all, and waits for what they save", async () => {
  const ended: string[] = [];
  const { cluster, owner, call } = await start(() => [counters(undefined, slowToEnd(ended))]);
  await using _ = cluster;
  await call("kitchen");
  await cluster.settle(owner.shutdown());
  expect(ended).toContain("kitchen shutdown");
});

test("grains without actors end with the actor that has placed them, which waits for what they save", async () => {
  const ended: string[] = [];
  // The others end at once.
  const hooks = slowToEnd(ended, (identity) => identity === "kitchen");
  const { actors, cluster, owner, call } = await start(() => [counters(undefined, hooks)]);
  await using _ = cluster;
  await call("kitchen");
  const { address, root } = owner.system;
  await cluster.settle(root.stopAsync(new PID(address, placementActorId)));
  expect(ended).toEqual(["kitchen stopped"]);
  expect(actors).toEqual([]);
  expect(owner.stats.activations).toBe(0);
});

test("processes that call a grain at once which cannot be made all hear why, and it is tried once", async () => {
  let made = 0;
  let fails = false;
  const hooks = () => {
    if (!fails) return {};
    made++;
    throw new Error("no bulb");
  };
  const { cluster, client } = await start(() => [counters(undefined, hooks)]);
  await using _ = cluster;
  const others = [await cluster.addClient(), await cluster.addClient(), await cluster.addClient()];
  for (const other of others) await cluster.settle(connect(other));
  fails = true;
  const calls = [client, ...others].map((caller) => getWitnessGrainClient(caller, "kitchen").bump({}));
  const outcomes = await cluster.settle(Promise.allSettled(calls));
  const failure = { status: "rejected", reason: { message: expect.stringContaining("internal error") } };
  expect(outcomes).toMatchObject([failure, failure, failure, failure]);
  expect(made).toBe(1);
});

test("a grain that has begun anew becomes idle though it was no actor when it began", async () => {
  const pids = new Map<string, PID>();
  const { cluster, owner, call } = await start(() => [
    counters(
      ({ identity, self }) => pids.set(identity, self),
      () => ({
        onMessage: () => {
          throw new Error("not that");
        },
      }),
    ),
  ]);
  await using _ = cluster;
  await call("kitchen");
  owner.system.root.send(pids.get("kitchen")!, "fail");
  await cluster.clock.advance(10);
  expect(owner.stats.deactivated.failed).toBe(1);
  await cluster.clock.advance(2_100);
  expect(owner.stats).toMatchObject({ activations: 0, deactivated: { failed: 1, idle: 13 } });
});

test("what is sent to the PID of a grain that was never an actor, and has ended, comes back", async () => {
  const contexts = new Map<string, GrainContext>();
  const keep = (context: GrainContext) => {
    contexts.set(context.identity, context);
    return {};
  };
  const { cluster, owner, call } = await start(() => [counters(undefined, keep)]);
  await call("kitchen");
  await cluster.clock.advance(1_100);
  const asked = owner.system.root.requestAsync(contexts.get("kitchen")!.self, "still there?");
  await expect(cluster.settle(asked)).rejects.toMatchObject({ code: "dead_letter" });
  await cluster[Symbol.asyncDispose]();
  expect(owner.stats.deactivated).toMatchObject({ idle: 13, shutdown: 0, stopped: 0 });
});

test.each(["during the call", "after it", "after the end"])(
  "the signal of a first call, read %s, aborts when the grain ends without an actor",
  async (when) => {
    const contexts: GrainCallContext[] = [];
    const { actors, cluster, call } = await start(() => [
      counters((context) => {
        contexts.push(context);
        if (when === "during the call") void context.signal;
      }),
    ]);
    await using _ = cluster;
    await call("kitchen");
    const context = contexts.at(-1)!;
    await cluster.clock.advance(900);
    if (when !== "after the end") expect(context.signal.aborted).toBe(false);
    await cluster.clock.advance(200);
    expect(context.signal).toMatchObject({ aborted: true, reason: { code: "stopped" } });
    expect(actors).toEqual([]);
  },
);

test("a grain whose onDeactivate cannot even be read ends alone", async () => {
  const ended: string[] = [];
  const hooks = ({ identity }: GrainContext) => {
    if (identity === "hall")
      return { onDeactivate: (_context: unknown, reason: string) => void ended.push(reason) };
    if (identity !== "kitchen") return {};
    return Object.defineProperty({}, "onDeactivate", {
      get() {
        throw new Error("unreadable");
      },
    });
  };
  const { cluster, owner, call } = await start(() => [counters(undefined, hooks)]);
  await using _ = cluster;
  await call("kitchen");
  await cluster.clock.advance(900);
  await call("hall");
  await cluster.clock.advance(300);
  expect(owner.stats).toMatchObject({ activations: 1, deactivated: { idle: 13, stopped: 0 } });
  expect(ended).toEqual([]);
});

test("one that takes long to end with the actor that has placed it keeps no other from being told", async () => {
  const told: string[] = [];
  const becomeActor: Bump = (context) => context.identity === "hall" && context.self;
  const hooks = ({ identity }: GrainContext) => ({
    onDeactivate: async () => {
      told.push(identity);
      if (identity === "kitchen") await new Promise<never>(() => undefined);
    },
  });
  const { cluster, owner, call } = await start(() => [counters(becomeActor, hooks)]);
  await using _ = cluster;
  await call("kitchen");
  await call("hall");
  owner.system.root.stop(new PID(owner.system.address, placementActorId));
  await cluster.clock.advance(100);
  expect(told).toContain("kitchen");
  expect(told).toContain("hall");
});

test("its answer passes no middleware of its member's root", async () => {
  const seen: unknown[] = [];
  const clock = new VirtualClock();
  const cluster = await InMemoryCluster.start({ kinds: () => [], clock });
  await using _ = cluster;
  const provider = new InProcessProvider({
    network: new InMemoryNetwork({ clock, random: seededRandom(1) }),
  });
  const system = (options: ActorSystemOptions = {}) =>
    new ActorSystem({ clock, logger: quietLogger, ...options });
  const note: SenderMiddleware = (next) => (context, target, envelope) => {
    seen.push((envelope.message as Partial<Message>).$typeName);
    next(context, target, envelope);
  };
  const config = (kinds: readonly Kind[]) =>
    configureCluster("home", provider, new DistHashLookup(), configureRemote("localhost", 0), { kinds });
  const owner = await Cluster.startMember(
    system({ root: { senderMiddleware: [note] } }),
    config([counters()]),
  );
  const client = await Cluster.startClient(system(), config([]));
  for (const identity of ["hall", "kitchen"])
    await cluster.settle(getWitnessGrainClient(client, identity).bump({}));
  expect(seen).not.toContain("witness.BumpResponse");
  for (const each of [client, owner]) await cluster.settle(each.shutdown());
});

test("a grain that its own process has called once is no actor either, until it is called again", async () => {
  const { actors, cluster, owner } = await start(() => [counters()]);
  await using _ = cluster;
  const kitchen = getWitnessGrainClient(owner, "kitchen");
  for (const [count, becameActors] of [
    [1, []],
    [2, ["kitchen"]],
    [3, ["kitchen"]],
  ] as const) {
    expect(await cluster.settle(kitchen.bump({}))).toMatchObject({ count });
    expect(actors).toEqual(becameActors);
  }
});

test("calls of its own process stay in order while some go to its parent and others to its actor", async () => {
  const order: string[] = [];
  const note: WitnessGrain["bump"] = ({ notes: [word] }, context) => {
    order.push(word!);
    // The actor is there while further calls are on their way to the parent.
    if (word === "first") void context.self;
    if (word === "first") calls.push(...["third", "fourth"].map(call));
    return {};
  };
  const noop = { fail: () => ({}), relay: () => ({}) };
  const { cluster, owner } = await start(() => [newWitnessKind(() => ({ ...noop, bump: note }))]);
  await using _ = cluster;
  order.length = 0;
  const kitchen = getWitnessGrainClient(owner, "kitchen");
  const call = (word: string) => kitchen.bump({ notes: [word] });
  const calls = ["first", "second"].map(call);
  await cluster.settle(Promise.all(calls));
  await cluster.settle(Promise.all(calls));
  expect(order).toEqual(["first", "second", "third", "fourth"]);
});

/** Two members, of which the first makes calls behind the news that its grains are the other's now, or that it was let go. */
async function callBehind(news: "moved" | "evicted", later?: "evicted") {
  const rig = await start(() => [counters()]);
  const { cluster, owner } = rig;
  const joined = await cluster.addMember();
  await cluster.settle(owner.members.until(({ members }) => members.length === 2));
  const { activated: before } = owner.stats;
  const parent = new PID(owner.system.address, placementActorId);
  const members = news === "moved" ? [joined.self!] : [];
  owner.system.root.send(parent, new PlaceBy({ hash: 1n, members }));
  const rooms = Array.from({ length: 20 }, (_room, index) => `hall ${index}`);
  const calls = rooms.map((room) => getWitnessGrainClient(owner, room).bump({}, { timeoutMs: 500 }));
  if (later) owner.system.root.send(parent, new PlaceBy({ hash: 2n, members: [] }));
  const outcomes = await cluster.settle(Promise.allSettled(calls));
  const answered = outcomes.filter(({ status }) => status === "fulfilled").length;
  const { activated, activations, deactivated } = owner.stats;
  const ended = Object.values(deactivated).reduce((sum, each) => sum + each, 0);
  return {
    cluster,
    answered,
    here: activated - before,
    there: joined.stats.activated,
    open: [activated - ended, activations],
  };
}

test("a call of its own process that was made before its grain's end is decided is the grain's last", async () => {
  const { cluster, answered, here, there, open } = await callBehind("moved");
  await using _ = cluster;
  expect(answered).toBe(20);
  expect(here).toBeGreaterThan(0);
  expect(here + there).toBe(20);
  expect(open).toEqual([0, 0]);
});

test("a grain that waits for such a call ends once, though its member is let go meanwhile", async () => {
  const { cluster, answered, here, open } = await callBehind("moved", "evicted");
  await using _ = cluster;
  expect(answered).toBe(20);
  expect(here).toBeGreaterThan(0);
  expect(open).toEqual([0, 0]);
});

test("a call of its own process behind the news that its member was let go begins nothing there", async () => {
  const { cluster, answered, here, there, open } = await callBehind("evicted");
  await using _ = cluster;
  // The rest still belongs to this member, as far as it knows itself.
  expect(answered).toBeGreaterThan(0);
  expect(answered).toBeLessThan(20);
  expect(here).toBe(0);
  expect(there).toBe(answered);
  expect(open).toEqual([0, 0]);
});

test("calls that a member makes right after it has begun to shut down are answered as those before", async () => {
  const { cluster, owner } = await start(() => [counters()], { members: 2 });
  await using _ = cluster;
  const call = (index: number) =>
    getWitnessGrainClient(owner, `hall ${index % 15}`).bump({}, { timeoutMs: 2_000 });
  const calls = Array.from({ length: 30 }, (_call, index) => call(index));
  const end = owner.shutdown();
  calls.push(...Array.from({ length: 30 }, (_call, index) => call(index)));
  const outcomes = await cluster.settle(Promise.allSettled(calls));
  expect(outcomes.filter(({ status }) => status === "rejected")).toEqual([]);
  await cluster.settle(end);
});

test("a call that never came to the parent does not send all later ones that way", async () => {
  const placed: Activation[] = [];
  const inner = new DistHashLookup();
  const lookup: IdentityLookup = {
    start: (context) => {
      const session = inner.start(context);
      const findHere: LookupSession["findHere"] = (identity) => {
        const found = session.findHere?.(identity);
        if (found) placed.push(found as Activation);
        return found;
      };
      return {
        findHere,
        find: (identity, options) => session.find(identity, options),
        release: (options) => session.release(options),
      };
    },
  };
  const cluster = await InMemoryCluster.start({ kinds: () => [counters()], lookup });
  await using _ = cluster;
  const kitchen = getWitnessGrainClient(cluster.members[0]!, "kitchen");
  await expect(cluster.settle(kitchen.bump({}, { timeoutMs: -1 }))).rejects.toThrow();
  for (const count of [1, 2]) expect(await cluster.settle(kitchen.bump({}))).toMatchObject({ count });
  expect(new Set(placed).size).toBe(1);
  expect(placed[0]!.parent).toBeUndefined();
});

test("a call behind the end of a grain without an actor comes to no other whose actor has the like of its name", async () => {
  const contexts: GrainContext[] = [];
  const ran: string[] = [];
  const keep = (context: GrainContext) => {
    contexts.push(context);
    return {};
  };
  const { cluster, owner } = await start(() => [counters(({ identity }) => void ran.push(identity), keep)]);
  await using _ = cluster;
  const { root, address } = owner.system;
  const call = (identity: string) => cluster.settle(getWitnessGrainClient(owner, identity).bump({}));
  await call("kitchen");
  const { id } = contexts.at(-1)!.self;
  const likeIt = id.slice(placementActorId.length + 1);
  expect(likeIt).toMatch(/^kitchen\$./);
  await call(likeIt);
  ran.length = 0;
  const ending = contexts.at(-1) as unknown as Activation;
  root.send(new PID(address, placementActorId), new Passivate(ending, "evicted"));
  expect(await call(likeIt)).toMatchObject({ count: 1 });
  expect(ran).toEqual([likeIt]);
  expect(ending.pid.id).not.toBe(id);
});

test.each([
  ["cannot be sent", { timeoutMs: -1 }],
  ["is aborted before", { signal: AbortSignal.abort(new Error("never mind")) }],
])("a grain whose only call %s becomes idle", async (_why, options) => {
  const { cluster, owner } = await start(() => [counters()]);
  await using _ = cluster;
  const failed = getWitnessGrainClient(owner, "kitchen").bump({}, options);
  await expect(cluster.settle(failed)).rejects.toThrow();
  await cluster.clock.advance(1_200);
  expect(owner.stats).toMatchObject({ activated: 13, activations: 0 });
});

test("a grain that was located and has ended before anybody called it leaves none that nobody begins", async () => {
  let fails = false;
  const { cluster, owner } = await start(() => [
    counters(undefined, () => {
      if (fails) throw new Error("no bulb");
      return {};
    }),
  ]);
  await using _ = cluster;
  fails = true;
  for (const identity of ["a", "b", "c"]) await cluster.settle(owner.locate({ kind: "Witness", identity }));
  await cluster.clock.advance(1_200);
  // Each that was placed has begun, failed and ended.
  const { activated, activations, deactivated } = owner.stats;
  expect(activations).toBe(0);
  expect(deactivated.failed).toBe(activated - 12);
  expect(deactivated.failed).toBeGreaterThanOrEqual(6);
});
