import { expect, test, vi } from "vitest";
import { grainClient, grainService } from "../src/codegenv1/index.ts";
import { chainLink } from "../src/grain/call-chain.ts";
import type { GrainMethod } from "../src/index.ts";
import { InMemoryCluster } from "../src/testing/index.ts";
import type { WitnessGrain, WitnessGrainClient } from "./gen/witness_grain.ts";
import { Witness } from "./gen/witness_pb.ts";
import { Testimony } from "./witness-grain.ts";

/** A client to which the methods of Witness have further options. */
async function start(options: Partial<GrainMethod>, identity = "kitchen") {
  const testimony = new Testimony();
  const cluster = await InMemoryCluster.start({ kinds: () => [testimony.kind()], members: 3 });
  const service = grainService<WitnessGrain, WitnessGrainClient>(Witness);
  const changed = {
    ...service,
    methods: service.methods.map((method) => method && { ...method, ...options }),
  };
  const caller = await cluster.addClient();
  const client = grainClient(changed, caller, identity);
  const owner = async () => {
    const { address } = await cluster.settle(caller.locate({ kind: "Witness", identity }));
    return cluster.memberAt(address);
  };
  return { cluster, testimony, caller, client, service: changed, owner };
}

test("a one-way call does not wait for its grain, and is handled all the same", async () => {
  const { cluster, testimony, client } = await start({ isOneWay: true });
  await using _ = cluster;
  const { promise, resolve } = Promise.withResolvers<void>();
  testimony.beforeBump = () => promise;
  await cluster.settle(client.bump({}));
  expect(testimony.count("bumped", "kitchen")).toBe(0);
  resolve();
  await cluster.clock.advance(10);
  expect(testimony.count("bumped", "kitchen")).toBe(1);
});

test("a one-way call whose grain fails has been sent: the caller hears of nothing", async () => {
  const { cluster, client } = await start({ isOneWay: true });
  await using _ = cluster;
  const call = client.fail({ reason: "NO_SUCH_BULB", message: "not here" });
  expect(await cluster.settle<unknown>(call)).toBeUndefined();
  await cluster.clock.advance(10);
});

test("a one-way call that cannot be sent fails", async () => {
  const { cluster, client } = await start({ isOneWay: true });
  await using _ = cluster;
  for (const member of cluster.members.splice(0)) await cluster.settle(member.shutdown());
  const error = await cluster.settle(client.bump({}, { timeoutMs: 100 }).catch((reason: unknown) => reason));
  expect(error).toMatchObject({ code: "no_member" });
});

test("one-way calls that find too many before them after they were handed over are counted as lost", async () => {
  const { cluster, testimony, caller, client } = await start({ isOneWay: true });
  await using _ = cluster;
  const { promise, resolve } = Promise.withResolvers<void>();
  testimony.beforeBump = () => promise;
  await cluster.settle(client.bump({}));
  const calls = Array.from({ length: 10_005 }, () => client.bump({}));
  await cluster.settle(Promise.all(calls));
  await cluster.clock.advance(10);
  expect(caller.stats).toMatchObject({ lostOneWay: 5, calls: { ok: 10_006, overloaded: 0 } });
  resolve();
  await cluster.clock.advance(10);
  expect(testimony.count("bumped", "kitchen")).toBe(10_001);
});

test("a one-way call to a grain that has just been passivated reaches its next activation", async () => {
  const { cluster, testimony, client, owner } = await start({ isOneWay: true });
  await using _ = cluster;
  await cluster.settle(client.bump({}));
  await cluster.clock.advance(10);
  const hosting = await owner();
  const pid = await cluster.settle(hosting.locate({ kind: "Witness", identity: "kitchen" }));
  await cluster.settle(hosting.system.root.poisonAsync(pid));
  await cluster.settle(client.bump({}));
  await cluster.clock.advance(500);
  expect(testimony.count("bumped", "kitchen")).toBe(2);
  expect(testimony.count("activated", "kitchen")).toBe(2);
});

test("a one-way call may go to a grain that waits for its caller, as nobody waits for it", async () => {
  const { cluster, testimony, caller, service } = await start({ isOneWay: true });
  await using _ = cluster;
  const [method] = service.methods;
  const callers = ["kitchen", "hall"].map((grain) => chainLink({ kind: "Witness", identity: grain }, "none"));
  const call = { service, identity: "kitchen", method: method!, request: {}, options: {}, callers };
  await cluster.settle(caller.callGrain(call));
  await cluster.clock.advance(10);
  expect(testimony.count("bumped", "kitchen")).toBe(1);
});

test("an idempotent call is sent again when half of its time has passed, and the first answer counts", async () => {
  const { cluster, testimony, client } = await start({ isIdempotent: true });
  await using _ = cluster;
  let started = 0;
  testimony.beforeBump = () => {
    started++;
    return started === 1 ? new Promise((resolve) => void cluster.clock.schedule(600, resolve)) : undefined;
  };
  const startedAt = cluster.clock.nowMs();
  expect(await cluster.settle(client.bump({}, { timeoutMs: 1_000 }))).toMatchObject({ count: 1 });
  expect(cluster.clock.nowMs() - startedAt).toBeLessThan(700);
  await cluster.clock.advance(10);
  expect(started).toBe(2);
});

test("an idempotent call is sent again when its member leaves, long before half of its time", async () => {
  const { cluster, testimony, client, owner } = await start({ isIdempotent: true });
  await using _ = cluster;
  const hosting = await owner();
  const never = new Promise<void>(() => undefined);
  testimony.beforeBump = ({ self }) => (self.address === hosting.system.address ? never : undefined);
  const startedAt = cluster.clock.nowMs();
  const call = client.bump({}, { timeoutMs: 60_000 });
  await cluster.clock.advance(10);
  cluster.members.splice(cluster.members.indexOf(hosting), 1);
  await cluster.settle(hosting.kill());
  expect(await cluster.settle(call)).toMatchObject({ count: 1 });
  expect(cluster.clock.nowMs() - startedAt).toBeLessThan(15_000);
});

test("an idempotent call that is never answered is sent three times", async () => {
  const { cluster, testimony, client, caller } = await start({ isIdempotent: true });
  await using _ = cluster;
  const sending = vi.spyOn(caller.system.root, "requestInto");
  await cluster.settle(caller.locate({ kind: "Witness", identity: "kitchen" }));
  sending.mockClear();
  testimony.beforeBump = () => new Promise((resolve) => void cluster.clock.schedule(1_000, resolve));
  const error = await cluster.settle(client.bump({}, { timeoutMs: 400 }).catch((reason: unknown) => reason));
  expect(error).toMatchObject({ code: "outcome_unknown" });
  expect(sending).toHaveBeenCalledTimes(3);
});

test("an error of the grain is an answer: an idempotent call is not sent again", async () => {
  const { cluster, client } = await start({ isIdempotent: true });
  await using _ = cluster;
  const startedAt = cluster.clock.nowMs();
  const error = await cluster.settle(client.fail({ reason: "NO" }).catch((reason: unknown) => reason));
  expect(error).toMatchObject({ reason: "NO" });
  expect(cluster.clock.nowMs() - startedAt).toBeLessThan(100);
});
