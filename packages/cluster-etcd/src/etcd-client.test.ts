import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { alice, etcdError, ScriptedEtcd } from "../test/scripted-etcd.ts";
import { Auth, KV, Lease, Watch } from "./gen/etcdserverpb/rpc_pb.ts";

const threeEndpoints = { endpoints: ["http://a:1", "http://b:1", "http://c:1"] };
const login = { name: "me", password: "secret" };

function failWith(message: string, code: Code): () => never {
  return () => {
    throw etcdError(message, code);
  };
}

test.each([
  { name: "no header", answer: {} },
  { name: "no revision", answer: { header: {} } },
  { name: "a revision below 0", answer: { header: { revision: -1n } } },
])("a list with $name changes nothing, and is asked for again at most twice a second", async ({ answer }) => {
  const etcd = new ScriptedEtcd();
  const session = await etcd.join();
  const before = etcd.asked(KV.method.range).length;
  etcd.odd.set(KV.method.range, () => answer);
  await etcd.clock.advance(60_000);
  const lists = etcd.asked(KV.method.range).length - before;
  expect(lists).toBeGreaterThan(20);
  expect(lists).toBeLessThanOrEqual(121);
  expect(etcd.published).toEqual([[alice]]);
  expect(etcd.logger.at("warn")).toEqual(["watching the members failed; it is tried again"]);
  await session.leave();
});

test("an etcd that never says a revision lets nobody in", async () => {
  const etcd = new ScriptedEtcd();
  etcd.odd.set(KV.method.range, () => ({ header: {} }));
  const joining = expect(etcd.startJoining()).rejects.toThrow(/etcd's list of keys says no revision/);
  await etcd.clock.advance(20_000);
  await joining;
  expect([etcd.open, etcd.clock.scheduled, etcd.published]).toEqual([[], 0, []]);
});

test("while watches have no news, all is listed once in a quarter of the TTL", async () => {
  const etcd = new ScriptedEtcd();
  const session = await etcd.join();
  const before = etcd.asked(KV.method.range).length;
  await etcd.clock.advance(60_000);
  expect(etcd.asked(KV.method.range).length - before).toBe(60 / 2.5);
  await session.leave();
});

test("a lease without an id is none: joining fails, says so, and leaves nothing open", async () => {
  const etcd = new ScriptedEtcd();
  etcd.odd.set(Lease.method.leaseGrant, () => ({ TTL: 10n }));
  const joining = expect(etcd.startJoining({ joinTimeoutMs: 10_000 })).rejects.toMatchObject({
    code: "provider_unavailable",
    message: expect.stringContaining("etcd granted a lease without an id"),
  });
  await etcd.clock.advance(20_000);
  await joining;
  expect(etcd.asked(Lease.method.leaseGrant).length).toBeLessThanOrEqual(20);
  expect([etcd.open, etcd.clock.scheduled, etcd.published]).toEqual([[], 0, []]);
});

test.each([
  { name: "have news at once", watch: async () => {} },
  { name: "fail at once", watch: failWith("no leader", Code.Unavailable) },
])("an etcd whose watches $name is asked and connected to at most twice a second", async ({ watch }) => {
  const etcd = new ScriptedEtcd();
  const session = await etcd.join();
  etcd.watch = watch;
  await etcd.clock.advance(10_000);
  const [lists, connections] = [etcd.asked(KV.method.range).length, etcd.connections.length];
  await etcd.clock.advance(60_000);
  expect(etcd.asked(KV.method.range).length - lists).toBeGreaterThan(20);
  expect(etcd.asked(KV.method.range).length - lists).toBeLessThanOrEqual(121);
  expect(etcd.connections.length - connections).toBeLessThanOrEqual(121);
  expect(etcd.open).toHaveLength(1);
  await session.leave();
});

test("an etcd that is away is connected to at most twice a second by each of the lists and the registration", async () => {
  const etcd = new ScriptedEtcd();
  const session = await etcd.join();
  etcd.down.add("127.0.0.1:2379");
  await etcd.clock.advance(60_000);
  expect(etcd.connections.length).toBeGreaterThan(20);
  expect(etcd.connections.length).toBeLessThanOrEqual(240);
  expect(etcd.published).toEqual([[alice]]);
  etcd.down.clear();
  await etcd.clock.advance(5_000);
  expect(etcd.open).toHaveLength(1);
  await session.leave();
});

test("an endpoint that says nothing for two seconds is left, by one step, however many calls wait for it", async () => {
  const etcd = new ScriptedEtcd();
  const session = await etcd.join(threeEndpoints);
  etcd.silent.add("a:1");
  await etcd.clock.advance(3_000);
  expect(etcd.open).toEqual(["a:1"]);
  const waiting = etcd.calls.slice(-2).map(({ method }) => method);
  expect(waiting).toEqual([Lease.method.leaseKeepAlive, KV.method.range]);
  await etcd.clock.advance(6_000);
  expect(etcd.connections.map(({ endpoint }) => endpoint)).toEqual(["a:1", "b:1"]);
  expect(etcd.open).toEqual(["b:1"]);
  await session.leave();
});

test("an etcd that refuses is asked again through the same connection, at the pace", async () => {
  const etcd = new ScriptedEtcd();
  const session = await etcd.join(threeEndpoints);
  etcd.odd.set(KV.method.txn, failWith("no ".repeat(1_000), Code.PermissionDenied));
  const before = etcd.asked(KV.method.txn).length;
  await etcd.clock.advance(60_000);
  const tries = etcd.asked(KV.method.txn).length - before;
  expect(tries).toBeGreaterThan(20);
  expect(tries).toBeLessThanOrEqual(120);
  expect(etcd.open).toEqual(["a:1"]);
  expect(etcd.connections).toHaveLength(1);
  const [warning] = etcd.logger.entries.filter(({ level }) => level === "warn");
  const { error } = warning!.fields as { readonly error: unknown };
  const text = String(error);
  expect(text).toMatch(/etcd's Txn failed: \[permission_denied\] etcdserver: no no/);
  expect(text.length).toBeLessThan(250);
  await session.leave();
});

test("a connection that etcd has closed is replaced before anything is asked through it", async () => {
  const etcd = new ScriptedEtcd();
  const session = await etcd.join(threeEndpoints);
  etcd.connections[0]!.isClosed = true;
  await etcd.clock.advance(10_000);
  expect(etcd.connections.map(({ endpoint, isEnded }) => [endpoint, isEnded])).toEqual([
    ["a:1", true],
    ["a:1", false],
  ]);
  await session.leave();
});

test("a watch whose token has run out is opened with another, and nothing is lost", async () => {
  const etcd = new ScriptedEtcd();
  etcd.token = "first";
  const session = await etcd.join({ login });
  const tokens = etcd.asked(Auth.method.authenticate).length;
  let refusals = 0;
  etcd.odd.set(Watch.method.watch, () => {
    if (refusals++ === 0) throw etcdError("invalid auth token", Code.Unauthenticated);
    return undefined;
  });
  await etcd.clock.advance(10_000);
  expect(refusals).toBeGreaterThan(1);
  expect(etcd.asked(Auth.method.authenticate).slice(tokens)).toEqual([login]);
  expect([etcd.logger.at("warn"), etcd.connections.length]).toEqual([[], 1]);
  await session.leave();
});

test("an etcd that takes none of its own tokens is asked for two at a time, at the pace", async () => {
  const etcd = new ScriptedEtcd();
  etcd.token = "first";
  const session = await etcd.join({ login });
  etcd.token = "second";
  etcd.odd.set(Auth.method.authenticate, () => ({ token: "third" }));
  await etcd.clock.advance(60_000);
  expect(etcd.asked(Auth.method.authenticate).length).toBeGreaterThan(40);
  expect(etcd.asked(Auth.method.authenticate).length).toBeLessThanOrEqual(2 * 2 * 120);
  expect(etcd.published).toEqual([[alice]]);
  await session.abandon();
});

test.each(["leave", "abandon"] as const)("%s leaves no connection and no timer", async (end) => {
  const etcd = new ScriptedEtcd();
  const session = await etcd.join();
  expect(etcd.open).toHaveLength(1);
  await session[end]();
  await session[end]();
  expect([etcd.open, etcd.clock.scheduled]).toEqual([[], 0]);
});

test("abandoning an etcd that says nothing takes no time and leaves nothing open", async () => {
  const etcd = new ScriptedEtcd();
  const session = await etcd.join();
  etcd.silent.add("127.0.0.1:2379");
  await etcd.clock.advance(2_500);
  const nowMs = etcd.clock.nowMs();
  await session.abandon();
  expect(etcd.clock.nowMs()).toBe(nowMs);
  expect([etcd.open, etcd.clock.scheduled]).toEqual([[], 0]);
});

test.each([
  { name: "are not answered in time", txn: undefined },
  { name: "fail for want of a leader", txn: failWith("etcdserver: no leader", Code.Unavailable) },
  { name: "are refused, as no space is left", txn: failWith("etcdserver: no space", Code.ResourceExhausted) },
])("who has left is missed at once, also while registrations $name", async ({ txn }) => {
  const etcd = new ScriptedEtcd();
  const bobKey = "/protoactor/c/c@bob";
  etcd.values.set(bobKey, JSON.stringify({ id: "c@bob", host: "10.0.0.2", port: 1, kinds: [], alive: true }));
  const session = await etcd.join();
  expect(etcd.published.at(-1)).toHaveLength(2);
  if (txn) etcd.odd.set(KV.method.txn, txn);
  else etcd.hanging.add(KV.method.txn);
  await etcd.clock.advance(20_000);
  etcd.values.delete(bobKey);
  // Watches in memory tell nothing, so that it is seen when all is listed next.
  await etcd.clock.advance(3_000);
  expect(etcd.published.at(-1)).toEqual([alice]);
  expect(etcd.logger.at("warn")).toEqual(["refreshing the registration failed; it is tried again"]);
  etcd.odd.delete(KV.method.txn);
  etcd.hanging.clear();
  await etcd.clock.advance(10_000);
  expect(etcd.open).toHaveLength(1);
  await session.leave();
  expect(etcd.open).toEqual([]);
});

test("a token from before users were changed is replaced by a new one", async () => {
  const etcd = new ScriptedEtcd();
  etcd.token = "first";
  const session = await etcd.join({ login });
  let refusals = 0;
  etcd.odd.set(KV.method.txn, () => {
    if (refusals++ === 0) throw etcdError("etcdserver: revision of auth store is old", Code.InvalidArgument);
    return undefined;
  });
  const tokens = etcd.asked(Auth.method.authenticate).length;
  await etcd.clock.advance(10_000);
  expect(etcd.asked(Auth.method.authenticate).length - tokens).toBe(1);
  expect(etcd.logger.at("warn")).toEqual([]);
  await session.leave();
});

test("a watch through a connection that etcd has closed in order comes to its end there", async () => {
  const etcd = new ScriptedEtcd();
  const session = await etcd.join();
  etcd.connections[0]!.isClosed = true;
  await etcd.clock.advance(2_200);
  expect(etcd.open).toHaveLength(2);
  await etcd.clock.advance(10_000);
  expect(etcd.open).toHaveLength(1);
  expect(etcd.logger.at("warn")).toEqual([]);
  await session.leave();
});
