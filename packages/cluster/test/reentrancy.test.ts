import { expect, test } from "vitest";
import type { GrainMethodOptions } from "../src/codegenv1/index.ts";
import { grainClient, grainService } from "../src/codegenv1/index.ts";
import type { KindOptions } from "../src/index.ts";
import { InMemoryCluster } from "../src/testing/index.ts";
import { getWitnessGrainClient, type WitnessGrain, type WitnessGrainClient } from "./gen/witness_grain.ts";
import { Witness } from "./gen/witness_pb.ts";
import { Testimony } from "./witness-grain.ts";

/** Witnesses whose contract says this about their rpcs. */
async function start(methods: Record<string, GrainMethodOptions>, options?: KindOptions) {
  const testimony = new Testimony();
  const service = grainService<WitnessGrain, WitnessGrainClient>(Witness, { methods });
  const cluster = await InMemoryCluster.start({
    kinds: () => [{ ...testimony.kind(options), service }],
    members: 3,
  });
  const witness = (identity: string) => grainClient(service, cluster.members[0]!, identity);
  return { cluster, testimony, witness, service };
}

/** Bumps wait until they are let go, in the order in which they started. */
function gate(testimony: Testimony): { readonly waiting: (() => void)[]; readonly letAllGo: () => void } {
  const waiting: (() => void)[] = [];
  testimony.beforeBump = () => new Promise((resolve) => void waiting.push(resolve));
  return {
    waiting,
    letAllGo: () => {
      testimony.beforeBump = () => undefined;
      for (const letGo of waiting.splice(0)) letGo();
    },
  };
}

test.each([
  ["the call's context", false],
  ["the activation's context", true],
])("a circle through re-entrant rpcs is answered, called through %s", async (_context, fromActivation) => {
  const { cluster, witness } = await start({ Relay: { reentrancy: "call_chain" } });
  await using _ = cluster;
  const relay = witness("a").relay({ to: "b", path: ["c", "a"], fromActivation });
  expect(await cluster.settle(relay)).toMatchObject({ count: 1 });
  const longer = witness("a").relay({ to: "a", path: ["b", "a", "a"], fromActivation });
  expect(await cluster.settle(longer)).toMatchObject({ count: 2 });
});

test("calls through the activation's context belong to the call on whose behalf they are made", async () => {
  const { cluster, testimony, witness } = await start({ Relay: { reentrancy: "always" } });
  await using _ = cluster;
  const remaining: number[] = [];
  testimony.beforeBump = ({ remainingMs }) => void remaining.push(remainingMs);
  const patient = witness("a").relay({ to: "b", path: ["c"], fromActivation: true }, { timeoutMs: 4_000 });
  const hasty = witness("a").relay({ to: "d", fromActivation: true }, { timeoutMs: 500 });
  await cluster.settle(Promise.all([patient, hasty]));
  expect(remaining.toSorted((one, other) => one - other)).toEqual([
    expect.toSatisfy((ms: number) => ms <= 500),
    expect.toSatisfy((ms: number) => ms > 500 && ms <= 4_000),
  ]);
});

test("a circle whose caller does not know that the rpc is re-entrant is named all the same", async () => {
  const { cluster } = await start({ Relay: { reentrancy: "call_chain" } });
  await using _ = cluster;
  const unaware = getWitnessGrainClient(cluster.members[0]!, "a");
  expect(await cluster.settle(unaware.relay({ to: "b", path: ["a"] }))).toMatchObject({ count: 1 });
});

test("while a call waits for its own circle, others wait their turn", async () => {
  const { cluster, testimony, witness } = await start({ Relay: { reentrancy: "call_chain" } });
  await using _ = cluster;
  const { waiting, letAllGo } = gate(testimony);
  const relayed = witness("a").relay({ to: "b" });
  await cluster.clock.advance(20);
  expect(waiting).toHaveLength(1);
  const other = witness("a").bump({});
  await cluster.clock.advance(20);
  expect(waiting).toHaveLength(1);
  letAllGo();
  await cluster.settle(Promise.all([relayed, other]));
});

test("while an rpc that is always re-entrant waits, anything may start", async () => {
  const { cluster, testimony, witness } = await start({ Bump: { reentrancy: "always" } });
  await using _ = cluster;
  const { waiting, letAllGo } = gate(testimony);
  const calls = [witness("a").bump({}), witness("a").bump({}), witness("a").bump({})];
  await cluster.clock.advance(20);
  expect(waiting).toHaveLength(3);
  letAllGo();
  const counts = await cluster.settle(Promise.all(calls));
  expect(counts.map(({ count }) => count)).toEqual([1, 2, 3]);
});

test("rpcs that only read run together, one that writes runs alone, and none waits for ever", async () => {
  const { cluster, testimony, witness } = await start({ Bump: { reentrancy: "read_only" } });
  await using _ = cluster;
  const { waiting, letAllGo } = gate(testimony);
  const order: string[] = [];
  const noted = (name: string, call: Promise<unknown>) => call.then(() => order.push(name));
  const readers = [noted("read", witness("a").bump({})), noted("read", witness("a").bump({}))];
  await cluster.clock.advance(20);
  expect(waiting).toHaveLength(2);
  const writer = noted("write", witness("a").relay({ to: "b" }));
  const late = noted("late", witness("a").bump({}));
  await cluster.clock.advance(20);
  expect(waiting).toHaveLength(2);
  letAllGo();
  await cluster.settle(Promise.all([...readers, writer, late]));
  expect(order).toEqual(["read", "read", "write", "late"]);
});

test("a grain with calls under way is not idle, and ends once they are answered", async () => {
  const { cluster, testimony, witness } = await start(
    { Bump: { reentrancy: "always" } },
    { idleTimeoutMs: 1_000 },
  );
  await using _ = cluster;
  const { letAllGo } = gate(testimony);
  const call = witness("a").bump({});
  await cluster.clock.advance(3_500);
  testimony.beforeBump = () => undefined;
  await cluster.settle(witness("a").bump({}, { timeoutMs: 50 }));
  letAllGo();
  await cluster.settle(call);
  await cluster.clock.advance(2_100);
  expect(testimony.count("idle", "a")).toBe(1);
});

test("a member that shuts down finishes the calls that interleave, those that wait too", async () => {
  const { cluster, testimony, witness } = await start({ Bump: { reentrancy: "read_only" } });
  await using _ = cluster;
  const { waiting, letAllGo } = gate(testimony);
  const identities = Array.from({ length: 12 }, (_identity, index) => `lamp-${index}`);
  const bumps = identities.map((identity) => witness(identity).bump({}));
  const relays = identities.map((identity) => witness(identity).relay({ to: "other" }));
  await cluster.clock.advance(20);
  expect(waiting).toHaveLength(identities.length);
  const gone = cluster.settle(cluster.members[2]!.shutdown());
  await cluster.clock.advance(20);
  letAllGo();
  await cluster.settle(Promise.all([...bumps, ...relays]));
  await gone;
  expect(testimony.sightings.filter(({ what }) => what === "bumped")).toHaveLength(2 * identities.length);
});

test("a member that was let go hands the calls that wait back to their callers", async () => {
  const { cluster, testimony, witness } = await start({ Bump: { reentrancy: "read_only" } });
  await using _ = cluster;
  const { letAllGo } = gate(testimony);
  const hosting = cluster.members[0]!;
  const { address } = await cluster.settle(hosting.locate({ kind: "Witness", identity: "a" }));
  const bump = witness("a").bump({});
  const relay = witness("a").relay({ to: "other" });
  await cluster.clock.advance(20);
  await cluster.evict(cluster.memberAt(address));
  letAllGo();
  await cluster.settle(Promise.allSettled([bump, relay]));
  expect(testimony.count("bumped", "other")).toBe(1);
  expect(testimony.count("evicted", "a")).toBe(1);
  expect(testimony.count("activated", "a")).toBe(2);
});

test("who calls a re-entrant grain for the second time is told where it is", async () => {
  const { cluster, service } = await start({ Bump: { reentrancy: "always" } });
  await using _ = cluster;
  const client = await cluster.addClient();
  const call = (identity: string) => cluster.settle(grainClient(service, client, identity).bump({}));
  // Opens connections.
  for (let room = 0; room < 12; room++) await call(`room ${room}`);
  const { cachedLocations } = client.stats;
  for (const known of [0, 1, 1]) {
    await call("kitchen");
    expect(client.stats.cachedLocations).toBe(cachedLocations + known);
  }
});
