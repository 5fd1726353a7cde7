import { create, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ActivationResponseSchema } from "../src/gen/cluster/cluster_pb.ts";
import { GrainErrorResponseSchema, GrainRequestSchema } from "../src/gen/cluster/grain_pb.ts";
import type { Cluster } from "../src/index.ts";
import { InMemoryCluster, type InMemoryClusterOptions } from "../src/testing/index.ts";
import { getWitnessGrainClient } from "./gen/witness_grain.ts";
import { BumpRequestSchema, BumpResponseSchema } from "./gen/witness_pb.ts";
import { GoStub } from "./go-stub.ts";
import { Testimony } from "./witness-grain.ts";

/** A member with grains, and a client that is connected to it. */
async function start(options: Partial<InMemoryClusterOptions> = {}) {
  const testimony = new Testimony();
  const cluster = await InMemoryCluster.start({ kinds: () => [testimony.kind()], ...options });
  const client = await cluster.addClient();
  const [owner] = cluster.members as [Cluster];
  const call = (identity: string) => cluster.settle(getWitnessGrainClient(client, identity).bump({}));
  await call("connects");
  const cached = client.stats.cachedLocations;
  return { testimony, cluster, client, owner, call, cached };
}

/** Calls grains until it is likely that there is a connection to each member. */
async function connect(caller: Cluster): Promise<void> {
  const rooms = Array.from({ length: 12 }, (_, room) => getWitnessGrainClient(caller, `room ${room}`));
  await Promise.all(rooms.map((room) => room.bump({})));
}

/** Three members, of which one has the grain "kitchen", and a client that is connected to them and has never called it. */
async function startThree(options: Partial<InMemoryClusterOptions> = {}) {
  const testimony = new Testimony();
  const cluster = await InMemoryCluster.start({
    kinds: () => [testimony.kind()],
    members: 3,
    network: { delayMs: 1 },
    ...options,
  });
  const client = await cluster.addClient();
  await cluster.settle(connect(client));
  const [asked] = cluster.members as [Cluster];
  const { address } = await cluster.settle(asked.locate({ kind: "Witness", identity: "kitchen" }));
  const owner = cluster.memberAt(address);
  return { testimony, cluster, client, owner, kitchen: getWitnessGrainClient(client, "kitchen") };
}

const codeOrOk = [() => "ok", ({ code }: { readonly code: string }) => code] as const;

test("the first call of a grain takes one trip to its member and back", async () => {
  const { cluster, call } = await start({ network: { delayMs: 10 } });
  await using _ = cluster;
  const startMs = cluster.clock.nowMs();
  expect(await call("kitchen")).toMatchObject({ count: 1 });
  expect(cluster.clock.nowMs() - startMs).toBeLessThan(25);
});

test("who calls a grain once remembers nothing of it; who calls it again is told where it is", async () => {
  const { cluster, client, call, cached } = await start();
  await using _ = cluster;
  expect(await call("kitchen")).toMatchObject({ count: 1, activation: 2 });
  expect(client.stats.cachedLocations).toBe(cached);
  expect(await call("kitchen")).toMatchObject({ count: 2, activation: 2 });
  expect(client.stats.cachedLocations).toBe(cached + 1);
  expect(await call("kitchen")).toMatchObject({ count: 3, activation: 2 });
  expect(client.stats.retries).toBe(0);
});

test("errors of a grain come back as they are, from the first call and from the second, which is told where the grain is", async () => {
  const { cluster, client, cached } = await start();
  await using _ = cluster;
  for (const known of [0, 1, 1]) {
    const failed = getWitnessGrainClient(client, "kitchen").fail({ reason: "BROKEN", message: "no bulb" });
    await expect(cluster.settle(failed)).rejects.toMatchObject({
      reason: "BROKEN",
      message: "no bulb",
      metadata: { identity: "kitchen" },
    });
    expect(client.stats.cachedLocations).toBe(cached + known);
  }
});

test("headers travel with it, to an activation that it starts and to one that is there", async () => {
  const { cluster, client, testimony } = await start();
  await using _ = cluster;
  const seen: unknown[] = [];
  testimony.beforeBump = ({ headers }) => void seen.push({ ...headers });
  const kitchen = getWitnessGrainClient(client, "kitchen");
  for (const user of ["ada", "bob"]) await cluster.settle(kitchen.bump({}, { headers: { user } }));
  expect(seen).toEqual([{ user: "ada" }, { user: "bob" }]);
});

test("a call that is cancelled aborts the grain's signal", async () => {
  const { cluster, client, testimony } = await start();
  await using _ = cluster;
  const { promise: aborted, resolve } = Promise.withResolvers<string>();
  testimony.beforeBump = ({ signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => {
        resolve("aborted");
        reject(signal.reason as Error);
      });
    });
  const caller = new AbortController();
  const call = getWitnessGrainClient(client, "kitchen").bump({}, { signal: caller.signal });
  await cluster.clock.advance(5);
  caller.abort(new Error("changed my mind"));
  await expect(cluster.settle(call)).rejects.toThrow("changed my mind");
  expect(await cluster.settle(aborted)).toBe("aborted");
});

test("while a long first call is under way, others find the grain, behind it", async () => {
  const { cluster, client, testimony } = await start();
  await using _ = cluster;
  const handled: string[] = [];
  testimony.beforeBump = async (_context, { notes: [note] }) => {
    handled.push(note!);
    if (note === "long") await new Promise<void>((resolve) => void cluster.clock.schedule(300, resolve));
  };
  const kitchen = getWitnessGrainClient(client, "kitchen");
  const notes = ["long", "second", "third"];
  const calls = notes.map((note) => kitchen.bump({ notes: [note] }));
  await cluster.settle(Promise.all(calls));
  expect(handled).toEqual(notes);
});

test("a member that leaves such calls unanswered for half a second is asked first, so that more are known not to have run", async () => {
  const { cluster, client, testimony, cached } = await start();
  await using _ = cluster;
  testimony.beforeBump = () => new Promise(() => undefined);
  const call = (identity: string) =>
    getWitnessGrainClient(client, identity)
      .bump({}, { timeoutMs: 2_000 })
      .catch((error: { code: string }) => error.code);
  const early = ["a", "b"].map(call);
  await cluster.clock.advance(600);
  expect(client.stats.cachedLocations).toBe(cached);
  // Who asks is told where the grain is.
  const late = call("c");
  await cluster.clock.advance(10);
  expect(client.stats.cachedLocations).toBe(cached + 1);
  expect(await cluster.settle(Promise.all([...early, late]))).toEqual(Array(3).fill("outcome_unknown"));
});

test("a call that would have to wait for a hand-over is known not to have run when its time is over", async () => {
  const testimony = new Testimony();
  const cluster = await InMemoryCluster.start({ kinds: () => [testimony.kind()], network: { delayMs: 1 } });
  await using _ = cluster;
  const client = await cluster.addClient();
  await cluster.settle(connect(client));
  testimony.beforeDeactivation = () => new Promise((resolve) => void cluster.clock.schedule(3_000, resolve));
  const joined = await cluster.settle(cluster.addMember());
  // Opens a connection to it.
  await cluster.settle(client.inspect(joined.self!).describeKind("Witness"));
  const call = (number: number) =>
    getWitnessGrainClient(client, `new ${number}`)
      .bump({}, { timeoutMs: 500 })
      .then(...codeOrOk);
  const ends = await cluster.settle(Promise.all(Array.from({ length: 40 }, (_, number) => call(number))));
  expect(new Set(ends)).toEqual(new Set(["ok", "not_delivered"]));
});

test("an answer that says where the grain is, once its member has left, is not believed", async () => {
  const { cluster, client, owner, testimony, kitchen } = await startThree();
  await using _ = cluster;
  testimony.beforeBump = (_context, { notes: [note] }) =>
    note === "slow" ? new Promise((resolve) => void cluster.clock.schedule(20, resolve)) : undefined;
  const slow = kitchen.bump({ notes: ["slow"] });
  await cluster.clock.advance(3);
  await cluster.evict(owner, { tells: false });
  expect(await cluster.settle(slow)).toMatchObject({ member: owner.system.address });
  expect(client.members.topology.members).toHaveLength(2);
  const { member } = await cluster.settle(kitchen.bump({}));
  expect(member).not.toBe(owner.system.address);
});

test.each(Array.from({ length: 30 }, (_, seed) => seed))(
  "what is under way by name starts first, also when another place of the grain is learnt meanwhile (seed %i)",
  async (seed) => {
    const network = { delayMs: { min: 1, max: 60 } };
    const { cluster, client, owner, testimony, kitchen } = await startThree({ network, seed });
    await using _ = cluster;
    const handled: string[] = [];
    testimony.beforeBump = (_context, { notes: [note] }) => void handled.push(note!);
    const gone = owner.shutdown();
    await cluster.clock.advance(1);
    const one = kitchen.bump({ notes: ["one"] });
    await cluster.evict(owner, { tells: false });
    await cluster.clock.advance(1);
    await cluster.settle(client.locate({ kind: "Witness", identity: "kitchen" }));
    await cluster.settle(Promise.all([one, kitchen.bump({ notes: ["two"] }), gone]));
    expect(handled).toEqual(["one", "two"]);
  },
);

test("behind a call that was lost with its member, the next waits half a second, once", async () => {
  const { cluster, client, owner, testimony, kitchen } = await startThree();
  await using _ = cluster;
  testimony.beforeBump = (_context, { notes: [note] }) =>
    note === "hang" ? new Promise(() => undefined) : undefined;
  const hanging = kitchen.bump({ notes: ["hang"] }, { timeoutMs: 4_000 }).then(...codeOrOk);
  await cluster.clock.advance(5);
  await cluster.evict(owner);
  void owner.kill();
  while (client.members.topology.members.length === 3) await cluster.clock.advance(1);
  const startMs = cluster.clock.nowMs();
  await cluster.settle(kitchen.bump({}));
  expect(cluster.clock.nowMs() - startMs).toBeLessThan(600);
  expect(await cluster.settle(hanging)).toBe("outcome_unknown");
});

test("over a connection that is not open, nothing is sent by name", async () => {
  const { cluster, client, owner, cached } = await start();
  await using _ = cluster;
  cluster.network.cut(client.system.address, owner.system.address);
  await cluster.clock.advance(10);
  const call = getWitnessGrainClient(client, "kitchen").bump({}, { timeoutMs: 1_000 });
  await expect(cluster.settle(call)).rejects.toMatchObject({ code: "not_delivered" });
  cluster.network.heal(client.system.address, owner.system.address);
  expect(client.stats.cachedLocations).toBe(cached);
});

test("a Go member is asked where its grain is, and gets a call as Go makes it", async () => {
  await using go = await GoStub.start({ stubKinds: ["Witness"] });
  const first = getWitnessGrainClient(go.member, "a").bump({});
  await go.clock.advance(20);
  const [arrival] = go.take(GrainRequestSchema);
  expect(arrival).toMatchObject({ target: "a", message: { kind: "", identity: "" } });
  go.respond(arrival!, BumpResponseSchema, { count: 7 } as never);
  expect(await go.settle(first)).toMatchObject({ count: 7 });
  // Now there is a connection.
  void getWitnessGrainClient(go.member, "b")
    .bump({})
    .catch(() => undefined);
  await go.clock.advance(20);
  expect(go.take(GrainRequestSchema)).toMatchObject([{ target: "b", message: { kind: "", identity: "" } }]);
});

const byName = {
  methodIndex: 0,
  messageData: toBinary(BumpRequestSchema, create(BumpRequestSchema)),
  kind: "Witness",
  identity: "a",
};

test("what comes by name is answered as any call by the activation that it starts, by one that was there with its id", async () => {
  await using go = await GoStub.start({ kinds: [new Testimony().kind()] });
  await go.send("partition-activator", GrainRequestSchema, byName as never);
  expect(go.take(BumpResponseSchema)).toMatchObject([{ message: { count: 1 } }]);
  // A peer that is no ts-grain member gets the other answer as JSON, which the stub leaves out.
  await go.send("partition-activator", GrainRequestSchema, byName as never);
  expect(go.take(BumpResponseSchema)).toEqual([]);
  const { id } = await go.settle(go.member.locate(byName));
  await go.send(id, GrainRequestSchema, byName as never);
  expect(go.take(BumpResponseSchema)).toMatchObject([{ message: { count: 3 } }]);
});

test.each([
  ["a kind that is not hosted", { kind: "Other", identity: "a" }],
  ["no kind", { kind: "", identity: "a" }],
  ["an identity with a control character", { kind: "Witness", identity: "a\n" }],
  ["an identity of 513 bytes", { kind: "Witness", identity: "a".repeat(513) }],
  ["a kind that is a member of every object", { kind: "__proto__", identity: "a" }],
])("a call by name of %s is refused", async (_what, target) => {
  await using go = await GoStub.start({ kinds: [new Testimony().kind()] });
  await go.send("partition-activator", GrainRequestSchema, { ...byName, ...target } as never);
  expect(go.take(ActivationResponseSchema)).toMatchObject([{ message: { failed: true } }]);
});

test("a call by name whose sender is not said is dropped", async () => {
  await using go = await GoStub.start({ kinds: [new Testimony().kind()] });
  await go.send("partition-activator", GrainRequestSchema, byName as never, { sender: "none" });
  expect(go.member.stats.activations).toBe(0);
});

test("a call by name that comes to a grain is one of that grain, whatever name it says", async () => {
  await using go = await GoStub.start({ kinds: [new Testimony().kind()] });
  const { id } = await go.settle(go.member.locate({ kind: "Witness", identity: "b" }));
  await go.send(id, GrainRequestSchema, byName as never);
  expect(go.take(BumpResponseSchema)).toMatchObject([{ message: { count: 1 } }]);
  expect(go.member.stats.activations).toBe(1);
});

test("a call by name that no method fits is refused by the grain", async () => {
  await using go = await GoStub.start({ kinds: [new Testimony().kind()] });
  await go.send("partition-activator", GrainRequestSchema, { ...byName, methodName: "Nothing" } as never);
  expect(go.take(GrainErrorResponseSchema)).toMatchObject([{ message: { reason: "UNIMPLEMENTED" } }]);
});
