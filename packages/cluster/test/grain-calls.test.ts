import { inspect } from "node:util";
import { create, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { GrainRequestSchema } from "../src/gen/cluster/grain_pb.ts";
import {
  type Cluster,
  ClusterError,
  DistHashLookup,
  type GrainContext,
  GrainError,
  type IdentityLookup,
} from "../src/index.ts";
import { InMemoryCluster, type InMemoryClusterOptions } from "../src/testing/index.ts";
import { getWitnessGrainClient } from "./gen/witness_grain.ts";
import { BumpRequestSchema } from "./gen/witness_pb.ts";
import { Testimony } from "./witness-grain.ts";

async function start(options: Partial<InMemoryClusterOptions> = {}) {
  const testimony = new Testimony();
  const cluster = await InMemoryCluster.start({ kinds: () => [testimony.kind()], members: 3, ...options });
  return { testimony, cluster };
}

/** The member that owns an identity, and one that does not. */
async function ownerAndOther(
  cluster: InMemoryCluster,
  identity: string,
): Promise<{ owner: Cluster; other: Cluster }> {
  const pid = await cluster.settle(cluster.members[0]!.locate({ kind: "Witness", identity }));
  const owner = cluster.memberAt(pid.address);
  return { owner, other: cluster.members.find((member) => member !== owner)! };
}

test("the first call activates the grain, and every later one reaches the same activation", async () => {
  const { cluster, testimony } = await start();
  await using _ = cluster;
  for (const [index, member] of cluster.members.entries()) {
    const response = await cluster.settle(getWitnessGrainClient(member, "kitchen").bump({}));
    expect(response).toMatchObject({ count: index + 1, activation: 1 });
  }
  expect(testimony.count("activated", "kitchen")).toBe(1);
});

test("a client that is no member calls grains", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const client = await cluster.addClient();
  const { count } = await cluster.settle(getWitnessGrainClient(client, "kitchen").bump({}));
  expect(count).toBe(1);
  expect(client.members.topology.members).toHaveLength(3);
});

test("a grain calls another grain, on whichever member that is", async () => {
  const { cluster, testimony } = await start();
  await using _ = cluster;
  const relays = ["a", "b", "c", "d", "e"].map((to) =>
    getWitnessGrainClient(cluster.members[0]!, "relay").relay({ to }),
  );
  const responses = await cluster.settle(Promise.all(relays));
  expect(new Set(responses.map(({ member }) => member)).size).toBeGreaterThan(1);
  expect(testimony.sightings.filter(({ what }) => what === "bumped")).toHaveLength(5);
});

test("a log shows of a grain's context which grain it is, and nothing of the runtime or of other grains", async () => {
  const contexts: GrainContext[] = [];
  const { cluster } = await start({
    members: 1,
    kinds: () => {
      const kind = new Testimony().kind();
      const factory: typeof kind.factory = (context) => {
        contexts.push(context);
        return kind.factory(context);
      };
      return [{ ...kind, factory }];
    },
  });
  await using _ = cluster;
  const [member] = cluster.members;
  for (const lamp of ["a", "b"]) await cluster.settle(getWitnessGrainClient(member!, lamp).bump({}));
  const shown = [
    { kind: "Witness", identity: "a" },
    { kind: "Witness", identity: "b" },
  ];
  expect(contexts.map((context) => JSON.parse(JSON.stringify({ context })))).toEqual(
    shown.map((context) => ({ context })),
  );
  expect(contexts.map((context) => inspect(context))).toEqual(shown.map((context) => inspect(context)));
});

test("a call that cannot be sent once its grain is found fails, and those that wait with it are answered", async () => {
  // Never says at once where a grain is, so that every call has to wait for it.
  const lookup: IdentityLookup = {
    start(context) {
      const session = new DistHashLookup().start(context);
      return {
        find: (identity, options) => session.find(identity, options),
        release: (options) => session.release(options),
      };
    },
  };
  const { cluster } = await start({ lookup, members: 1 });
  await using _ = cluster;
  const unreadable = Object.defineProperty(create(BumpRequestSchema), "notes", {
    enumerable: true,
    get() {
      throw new Error("not to be read");
    },
  });
  const client = getWitnessGrainClient(cluster.members[0]!, "kitchen");
  const calls = [{}, unreadable, {}].map((request) => client.bump(request));
  const outcomes = await cluster.settle(Promise.allSettled(calls));
  expect(outcomes).toMatchObject([
    { value: { count: 1 } },
    { reason: { message: "not to be read" } },
    { value: { count: 2 } },
  ]);
  expect(cluster.members[0]!.stats.calls).toMatchObject({ ok: 2, aborted: 1 });
});

test.each(["owner", "other"] as const)("an error's stack names who called, from the %s", async (from) => {
  const { cluster } = await start();
  await using _ = cluster;
  const client = getWitnessGrainClient((await ownerAndOther(cluster, "kitchen"))[from], "kitchen");
  // The first call finds the grain, the second knows where it is.
  for (let time = 0; time < 2; time++) {
    const failInKitchen = async () => void (await client.fail({ reason: "NO_SUCH_BULB" }));
    const { stack } = (await cluster.settle(failInKitchen().catch((error: Error) => error))) as Error;
    expect(stack).toContain("failInKitchen");
  }
});

test.each(["owner", "other"] as const)(
  "an error that a grain means for its caller reaches it whole, called from the %s",
  async (from) => {
    const { cluster } = await start();
    await using _ = cluster;
    const caller = (await ownerAndOther(cluster, "kitchen"))[from];
    const failing = getWitnessGrainClient(caller, "kitchen").fail({
      reason: "NO_SUCH_BULB",
      message: "not here",
    });
    const error = await cluster.settle(failing.catch((reason: unknown) => reason));
    expect(error).toBeInstanceOf(GrainError);
    expect(error).toMatchObject({
      reason: "NO_SUCH_BULB",
      message: "not here",
      metadata: { identity: "kitchen" },
    });
  },
);

test.each(["owner", "other"] as const)(
  "any other error reaches the caller without its text, called from the %s",
  async (from) => {
    const { cluster } = await start();
    await using _ = cluster;
    const caller = (await ownerAndOther(cluster, "kitchen"))[from];
    const failing = getWitnessGrainClient(caller, "kitchen").fail({ message: "password is 1234" });
    const error = await cluster.settle(failing.catch((reason: unknown) => reason));
    expect(error).toMatchObject({ name: "GrainError", reason: "INTERNAL" });
    expect(JSON.stringify(error) + String(error)).not.toContain("1234");
  },
);

test("a failed call leaves the grain as it was", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const client = getWitnessGrainClient(cluster.members[0]!, "kitchen");
  await cluster.settle(client.bump({}));
  await cluster.settle(client.fail({ message: "" }).catch(() => undefined));
  expect(await cluster.settle(client.bump({}))).toMatchObject({ count: 2, activation: 1 });
});

test.each([
  [
    "has another rpc at its position",
    { methodIndex: 0, methodName: "Fail" },
    /rpc 0 of Witness is Fail, here it is Bump/,
  ],
  ["streams", { methodIndex: 1, methodName: "Follow" }, /here it has none/],
  ["does not exist", { methodIndex: 99, methodName: "" }, /here it has none/],
  ["has a negative position", { methodIndex: -1, methodName: "" }, /here it has none/],
])("a call of an rpc that %s is refused by name", async (_what, request, message) => {
  const { cluster, testimony } = await start();
  await using _ = cluster;
  const { other: member } = await ownerAndOther(cluster, "kitchen");
  const pid = await cluster.settle(member.locate({ kind: "Witness", identity: "kitchen" }));
  const reply = await cluster.settle(
    member.system.root.requestAsync(pid, create(GrainRequestSchema, request)),
  );
  expect(reply).toMatchObject({ reason: "UNIMPLEMENTED", message: expect.stringMatching(message) });
  expect(testimony.count("bumped", "kitchen")).toBe(0);
});

test("a call as Proto.Actor Go makes it, with an index and no name, is handled", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const { other: member } = await ownerAndOther(cluster, "kitchen");
  const pid = await cluster.settle(member.locate({ kind: "Witness", identity: "kitchen" }));
  const messageData = toBinary(BumpRequestSchema, create(BumpRequestSchema));
  const request = create(GrainRequestSchema, { methodIndex: 0, messageData });
  expect(await cluster.settle(member.system.root.requestAsync(pid, request))).toMatchObject({ count: 1 });
});

test("a request that is no message of its type is refused", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const { other: member } = await ownerAndOther(cluster, "kitchen");
  const pid = await cluster.settle(member.locate({ kind: "Witness", identity: "kitchen" }));
  const request = create(GrainRequestSchema, { methodIndex: 0, messageData: new Uint8Array([0xff]) });
  const reply = await cluster.settle(member.system.root.requestAsync(pid, request));
  expect(reply).toMatchObject({ reason: "INVALID_ARGUMENT" });
});

test("a call that is not answered in time has an unknown outcome and is not sent again", async () => {
  const { cluster, testimony } = await start();
  await using _ = cluster;
  let started = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  testimony.beforeBump = () => {
    started++;
    return promise;
  };
  const call = getWitnessGrainClient(cluster.members[0]!, "kitchen").bump({}, { timeoutMs: 300 });
  const error = await cluster.settle(call.catch((reason: unknown) => reason));
  expect(error).toMatchObject({ name: "ClusterError", code: "outcome_unknown" });
  expect(started).toBe(1);
  resolve();
});

test("aborting a call rejects it with the signal's reason", async () => {
  const { cluster, testimony } = await start();
  await using _ = cluster;
  testimony.beforeBump = () => cluster.clock.advance(0);
  const controller = new AbortController();
  const call = getWitnessGrainClient(cluster.members[0]!, "kitchen").bump({}, { signal: controller.signal });
  controller.abort(new Error("changed my mind"));
  await expect(cluster.settle(call)).rejects.toThrow("changed my mind");
});

test.each([
  { timeoutMs: 5_000, noMemberTimeoutMs: undefined, waitsMs: 1_000 },
  { timeoutMs: 300, noMemberTimeoutMs: undefined, waitsMs: 300 },
  { timeoutMs: 5_000, noMemberTimeoutMs: 50, waitsMs: 50 },
  { timeoutMs: 5_000, noMemberTimeoutMs: Number.POSITIVE_INFINITY, waitsMs: 5_000 },
])(
  "a call of $timeoutMs ms to a kind that no member hosts fails after $waitsMs ms (option: $noMemberTimeoutMs)",
  async ({ timeoutMs, noMemberTimeoutMs, waitsMs }) => {
    const { cluster } = await start({ kinds: () => [], members: 1, noMemberTimeoutMs });
    await using _ = cluster;
    const startedAt = cluster.clock.nowMs();
    const call = getWitnessGrainClient(cluster.members[0]!, "kitchen").bump({}, { timeoutMs });
    const error = await cluster.settle(call.catch((reason: unknown) => reason));
    expect(error).toMatchObject({ code: "no_member", message: expect.stringContaining("Witness") });
    expect(cluster.clock.nowMs() - startedAt).toBe(waitsMs);
  },
);

test("a process that knows no member waits for one until the deadline", async () => {
  const { cluster } = await start({ members: 0 });
  await using _ = cluster;
  const client = await cluster.addClient();
  const call = getWitnessGrainClient(client, "kitchen").bump({}, { timeoutMs: 4_000 });
  const error = await cluster.settle(call.catch((reason: unknown) => reason));
  expect(error).toMatchObject({ code: "no_member" });
  expect(cluster.clock.nowMs()).toBe(4_000);
});

test("a kind whose host came, could not be reached and went is waited for anew, by the same call", async () => {
  const { testimony } = await start({ members: 0 });
  const kinds = [[], [testimony.kind()], [testimony.kind()]];
  const cluster = await InMemoryCluster.start({ kinds: () => kinds.shift()!, members: 1 });
  await using _ = cluster;
  const [first] = cluster.members as [Cluster];
  const call = getWitnessGrainClient(first, "kitchen").bump({}, { timeoutMs: 30_000 });
  await cluster.clock.advance(900);
  const next = `localhost:${Number(first.system.address.split(":")[1]) + 1}`;
  cluster.network.cut(first.system.address, next);
  const host = await cluster.addMember();
  expect(host.system.address).toBe(next);
  await cluster.clock.advance(500);
  await cluster.settle(host.kill());
  await cluster.evict(host);
  await cluster.clock.advance(900);
  const other = await cluster.addMember();
  expect(await cluster.settle(call)).toMatchObject({ count: 1, member: other.system.address });
});

test("a kind that comes and goes is waited for anew each time", async () => {
  const { testimony } = await start({ members: 0 });
  const kinds = [[], [testimony.kind()], [testimony.kind()]];
  const cluster = await InMemoryCluster.start({ kinds: () => kinds.shift()!, members: 1 });
  await using _ = cluster;
  const [first] = cluster.members as [Cluster];
  for (let round = 0; round < 2; round++) {
    const call = getWitnessGrainClient(first, "kitchen").bump({});
    await cluster.clock.advance(900);
    const host = await cluster.addMember();
    expect(await cluster.settle(call)).toMatchObject({ count: 1, member: host.system.address });
    await cluster.settle(host.shutdown());
  }
});

test("a call that comes before the first member that hosts its kind is answered once there is one", async () => {
  const { cluster } = await start({ members: 0 });
  await using _ = cluster;
  const client = await cluster.addClient();
  const call = getWitnessGrainClient(client, "kitchen").bump({});
  await cluster.clock.advance(100);
  await cluster.addMember();
  expect(await cluster.settle(call)).toMatchObject({ count: 1 });
});

test("1,000 first calls at once from three members make one activation and get 1,000 answers", async () => {
  const { cluster, testimony } = await start({ network: { delayMs: { min: 0, max: 5 } } });
  await using _ = cluster;
  testimony.beforeActivation = () => new Promise((resolve) => void cluster.clock.schedule(20, resolve));
  const calls = Array.from({ length: 1_000 }, (_call, index) =>
    getWitnessGrainClient(cluster.members[index % 3]!, "kitchen").bump({}),
  );
  const responses = await cluster.settle(Promise.all(calls));
  expect(responses.map(({ count }) => count).toSorted((a, b) => a - b)).toEqual(
    calls.map((_call, index) => index + 1),
  );
  expect(testimony.count("activated", "kitchen")).toBe(1);
});

test("one call at a time is handled, also while its method waits", async () => {
  const { cluster, testimony } = await start();
  await using _ = cluster;
  let running = 0;
  testimony.beforeBump = async () => {
    running++;
    expect(running).toBe(1);
    await new Promise<void>((resolve) => void cluster.clock.schedule(3, resolve));
    running--;
  };
  const calls = Array.from({ length: 30 }, (_call, index) =>
    getWitnessGrainClient(cluster.members[index % 3]!, "kitchen").bump({}),
  );
  await cluster.settle(Promise.all(calls));
});

test("inside a process the grain gets the caller's message itself, frozen so that changing it fails", async () => {
  const { cluster, testimony } = await start();
  await using _ = cluster;
  const { owner } = await ownerAndOther(cluster, "kitchen");
  const request = create(BumpRequestSchema, { notes: ["mine"] });
  testimony.beforeBump = (_context, received) => {
    expect(received).toBe(request);
    received.notes.push("theirs");
  };
  const error = await cluster.settle(
    getWitnessGrainClient(owner, "kitchen")
      .bump(request)
      .catch((reason: unknown) => reason),
  );
  expect(error).toMatchObject({ reason: "INTERNAL" });
  expect(request.notes).toEqual(["mine"]);
});

test("between processes the grain gets its own copy", async () => {
  const { cluster, testimony } = await start();
  await using _ = cluster;
  const { other } = await ownerAndOther(cluster, "kitchen");
  const request = create(BumpRequestSchema, { notes: ["mine"] });
  testimony.beforeBump = (_context, received) => void received.notes.push("theirs");
  await cluster.settle(getWitnessGrainClient(other, "kitchen").bump(request));
  expect(request.notes).toEqual(["mine"]);
});

test.each(["owner", "other"] as const)(
  "headers and the time that is left reach the grain, called from the %s",
  async (from) => {
    const { cluster, testimony } = await start();
    await using _ = cluster;
    const caller = (await ownerAndOther(cluster, "kitchen"))[from];
    const seen: unknown[] = [];
    testimony.beforeBump = ({ headers, remainingMs }) =>
      void seen.push(headers["tenant"], remainingMs <= 700 && remainingMs > 600);
    await cluster.settle(
      getWitnessGrainClient(caller, "kitchen").bump({}, { headers: { tenant: "blue" }, timeoutMs: 700 }),
    );
    expect(seen).toEqual(["blue", true]);
  },
);

test("a grain's calls have no more time than the call that it is handling", async () => {
  const { cluster, testimony } = await start();
  await using _ = cluster;
  let remaining = Number.POSITIVE_INFINITY;
  testimony.beforeBump = ({ remainingMs }) => {
    remaining = remainingMs;
  };
  await cluster.settle(
    getWitnessGrainClient(cluster.members[0]!, "relay").relay({ to: "kitchen" }, { timeoutMs: 200 }),
  );
  expect(remaining).toBeLessThanOrEqual(200);
});

test.each([
  [["a"], '"Witness/a" → "Witness/a"'],
  [["b", "a"], '"Witness/a" → "Witness/b" → "Witness/a"'],
  [["b", "c", "d", "b"], '"Witness/b" → "Witness/c" → "Witness/d" → "Witness/b"'],
])(
  "a call from a through %j would never be answered, so it fails at once and names the cycle",
  async (path, cycle) => {
    for (const fromActivation of [false, true]) {
      const { cluster } = await start();
      await using _ = cluster;
      const [to, ...rest] = path;
      const startedAt = cluster.clock.nowMs();
      const call = getWitnessGrainClient(cluster.members[0]!, "a").relay({
        to: to!,
        path: rest,
        fromActivation,
      });
      const error = await cluster.settle(call.catch((reason: unknown) => reason));
      expect(error).toMatchObject({ reason: "FAILED_PRECONDITION", message: expect.stringContaining(cycle) });
      expect(cluster.clock.nowMs() - startedAt).toBeLessThan(100);
      expect(await cluster.settle(getWitnessGrainClient(cluster.members[0]!, "a").bump({}))).toMatchObject({
        count: 1,
      });
    }
  },
);

test("grains may be called again once they do not wait any more", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const relay = () =>
    getWitnessGrainClient(cluster.members[0]!, "a").relay({ to: "b", path: ["c"], fromActivation: true });
  await cluster.settle(relay());
  expect(await cluster.settle(relay())).toMatchObject({ count: 2 });
});

test("the signal of a call aborts when its caller stops waiting", async () => {
  const { cluster, testimony } = await start();
  await using _ = cluster;
  let signal: AbortSignal | undefined;
  testimony.beforeBump = async (context) => {
    signal = context.signal;
    await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
  };
  const call = getWitnessGrainClient(cluster.members[0]!, "kitchen").bump({}, { timeoutMs: 100 });
  await cluster.settle(call.catch(() => undefined));
  await cluster.clock.advance(10);
  expect(signal?.aborted).toBe(true);
});

test("a client may be what an asynchronous function returns", async () => {
  const { cluster } = await start({ members: 1 });
  await using _ = cluster;
  const connect = async () => getWitnessGrainClient(cluster.members[0]!, "kitchen");
  const client = await connect();
  expect(await cluster.settle(client.bump({}))).toMatchObject({ count: 1 });
});

test.each([[""], ["\n"], ["\ud800"]])("identity %j is refused before anything is sent", async (identity) => {
  const { cluster } = await start({ members: 1 });
  await using _ = cluster;
  const call = getWitnessGrainClient(cluster.members[0]!, identity).bump({});
  await expect(cluster.settle(call)).rejects.toMatchObject({ code: "invalid_options" });
});

test("a cluster that was shut down refuses calls", async () => {
  const { cluster } = await start({ members: 1 });
  await using _ = cluster;
  const [member] = cluster.members;
  await cluster.settle(member!.shutdown());
  const error = await cluster.settle(
    getWitnessGrainClient(member!, "kitchen")
      .bump({})
      .catch((reason: unknown) => reason),
  );
  expect(ClusterError.is(error) && error.code).toBe("stopped");
});

test.each(["here", "elsewhere"] as const)(
  "calls beyond what may wait for a grain are refused as overloaded at once, and nothing of them runs: %s",
  async (place) => {
    const testimony = new Testimony();
    await using cluster = await InMemoryCluster.start({
      kinds: () => [testimony.kind({ maxQueuedCalls: 3 })],
      members: 3,
    });
    const home = await cluster.settle(cluster.members[0]!.locate({ kind: "Witness", identity: "kitchen" }));
    const caller = cluster.members.find(
      ({ system }) => (system.address === home.address) === (place === "here"),
    )!;
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    testimony.beforeBump = () => gate;
    const kitchen = getWitnessGrainClient(caller, "kitchen");
    const bump = () => kitchen.bump({}).catch((error: unknown) => error);
    const first = bump();
    await cluster.clock.advance(50);
    const calls = [first, ...Array.from({ length: 7 }, bump)];
    await cluster.clock.advance(50);
    open();
    const outcomes = await cluster.settle(Promise.all(calls));
    const overloaded = expect.objectContaining({ name: "ClusterError", code: "overloaded" });
    // One runs and three wait.
    expect(outcomes.slice(4)).toEqual([overloaded, overloaded, overloaded, overloaded]);
    expect(testimony.count("bumped", "kitchen")).toBe(4);
    expect(await cluster.settle(kitchen.bump({}))).toMatchObject({ count: 5 });
    expect(caller.stats.calls.overloaded).toBe(4);
  },
);

test("a call that a grain makes once its own caller has given up gets no new time elsewhere", async () => {
  const { cluster, testimony } = await start();
  await using _ = cluster;
  const { other } = await ownerAndOther(cluster, "kitchen");
  await cluster.settle(getWitnessGrainClient(other, "kitchen").bump({}));
  let slow = "";
  for (let index = 0; slow === ""; index++) {
    const identity = `slow-${index}`;
    const { address } = await cluster.settle(other.locate({ kind: "Witness", identity }));
    if (address === other.system.address) slow = identity;
  }
  const remaining: number[] = [];
  testimony.beforeBump = async (context) => {
    if (context.identity === "kitchen") {
      remaining.push(context.remainingMs);
    } else {
      await new Promise<void>((resolve) => void cluster.clock.schedule(300, resolve));
      await getWitnessGrainClient(context, "kitchen")
        .bump({})
        .catch(() => undefined);
    }
  };
  const call = getWitnessGrainClient(other, slow).bump({}, { timeoutMs: 200 });
  await expect(cluster.settle(call)).rejects.toMatchObject({ code: "outcome_unknown" });
  await cluster.clock.advance(1_000);
  expect(remaining).toSatisfy((all: readonly number[]) => all.every((ms) => ms <= 1));
});
