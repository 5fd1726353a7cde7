import { ClusterError } from "@ts-grain/cluster";
import { expect, test } from "vitest";
import { alice, ScriptedEtcd } from "../test/scripted-etcd.ts";
import { Auth, KV, Lease } from "./gen/etcdserverpb/rpc_pb.ts";
import { EtcdProvider } from "./index.ts";

const aliceKey = "/protoactor/c/c@alice";
const base64 = (text: string): string => Buffer.from(text).toString("base64");

test("a member registers in the form of Proto.Actor Go, under a lease, and marks itself", async () => {
  const etcd = new ScriptedEtcd();
  const session = await etcd.join();
  expect(etcd.asked(Lease.method.leaseGrant)).toEqual([{ TTL: "10" }]);
  expect([...etcd.values.keys()]).toEqual([aliceKey]);
  expect(etcd.values.get(aliceKey)).toBe(
    '{"id":"c@alice","name":"c@alice","host":"10.0.0.1","address":"10.0.0.1","port":9000,"kinds":["Bulb"],"alive":true,"ts-grain":"1"}',
  );
  expect(etcd.published).toEqual([[alice]]);
  await session.leave();
  expect(etcd.asked(KV.method.deleteRange)).toEqual([{ key: base64(aliceKey) }]);
  expect(etcd.asked(Lease.method.leaseRevoke)).toEqual([{ ID: "77" }]);
});

test("a member whose lease lives on is written once", async () => {
  const etcd = new ScriptedEtcd();
  const session = await etcd.join();
  await etcd.clock.advance(60_000);
  expect(etcd.asked(Lease.method.leaseKeepAlive).length).toBeGreaterThan(25);
  expect([etcd.granted, etcd.puts]).toEqual([1, [aliceKey]]);
  await session.leave();
});

test.each([
  { name: "says no time", said: {} },
  { name: "says 0", said: { TTL: 0n } },
  { name: "says less than 0", said: { TTL: -1n } },
])(
  "a lease that has run out, of which etcd $name, is never revived: the member registers anew under another one",
  async ({ said }) => {
    const etcd = new ScriptedEtcd();
    etcd.saidOfNoTime = said;
    const session = await etcd.join();
    const key = aliceKey;
    const value = etcd.values.get(key);
    etcd.lapse(77n);
    const before = etcd.asked(Lease.method.leaseKeepAlive).length;
    await etcd.clock.advance(2_000);
    expect(etcd.granted).toBe(2);
    expect([etcd.leases.get(key), etcd.values.get(key)]).toEqual([78n, value]);
    await etcd.clock.advance(20_000);
    // Asked for once, when it turned out to be gone, and never again.
    const [asked, ...others] = etcd.asked(Lease.method.leaseKeepAlive).slice(before);
    expect(asked).toEqual({ ID: "77" });
    expect(others.length).toBeGreaterThan(8);
    expect(others).toEqual(others.map(() => ({ ID: "78" })));
    expect([etcd.granted, etcd.puts]).toEqual([2, [key, key]]);
    // It was not gone for long enough to be told that it has left.
    expect(etcd.published).toEqual([[alice]]);
    await session.leave();
    expect(etcd.asked(Lease.method.leaseRevoke)).toEqual([{ ID: "78" }]);
  },
);

test("members in Go are listed by the ids that they go by elsewhere; what strangers wrote is left out", async () => {
  const etcd = new ScriptedEtcd();
  const gopher = { id: "c@gopher", name: "c@gopher", address: "10.0.0.2", port: 1, kinds: null, alive: true };
  etcd.values.set("/protoactor/c/c@gopher", JSON.stringify(gopher));
  etcd.values.set("/protoactor/c/x", "hello");
  const session = await etcd.join();
  expect(etcd.published).toEqual([
    [{ id: "gopher", host: "10.0.0.2", port: 1, kinds: [], dialect: "proto-actor" }, alice],
  ]);
  expect(etcd.logger.at("warn")).toEqual(["the provider lists what is no member"]);
  await session.leave();
});

test("the next endpoint is asked when one fails, and the list stays", async () => {
  const etcd = new ScriptedEtcd();
  const session = await etcd.join({ endpoints: ["http://a:1", "http://b:1/"] });
  etcd.down.add("a:1");
  await etcd.clock.advance(10_000);
  expect(etcd.calls.slice(-5).map(({ endpoint }) => endpoint)).toEqual(Array(5).fill("b:1"));
  expect(etcd.published).toHaveLength(1);
  await session.leave();
});

test("an etcd whose revision goes back has lost its memory, so nobody is taken for gone yet", async () => {
  const etcd = new ScriptedEtcd();
  const bob = "/protoactor/c/c@bob";
  etcd.values.set(bob, JSON.stringify({ id: "c@bob", host: "10.0.0.3", port: 1 }));
  const session = await etcd.join();
  etcd.revision = 2n;
  etcd.values.delete(bob);
  await etcd.clock.advance(9_000);
  expect(etcd.published.every((members) => members.length === 2)).toBe(true);
  await etcd.clock.advance(9_000);
  expect(etcd.published.at(-1)).toEqual([alice]);
  await session.leave();
});

test("a login gets a token, and another one when that has run out", async () => {
  const etcd = new ScriptedEtcd();
  etcd.token = "first";
  const login = { name: "me", password: "secret" };
  const session = await etcd.join({ login });
  etcd.token = "second";
  await etcd.clock.advance(10_000);
  for (const body of etcd.asked(Auth.method.authenticate)) expect(body).toEqual(login);
  expect(etcd.calls.at(-1)?.token).toBe("second");
  expect(etcd.logger.at("warn")).toEqual([]);
  await session.leave();
});

test.each([
  { endpoints: [] },
  { endpoints: ["a:1"] },
  { endpoints: ["http://me:secret@a:1"] },
  { tls: {}, endpoints: ["http://a:1"] },
  { ttlMs: 0 },
  { refreshMs: 6_000 },
  { tls: { ca: "no PEM", cert: "x" } },
])("options out of their range are refused by name: %o", (options) => {
  const [name] = Object.keys(options);
  expect(() => new EtcdProvider(options)).toThrow(ClusterError);
  expect(() => new EtcdProvider(options)).toThrow(name);
});

test("a refused endpoint is named without its password", () => {
  const options = { endpoints: ["ftp://me:secret@a:1"] };
  expect(() => new EtcdProvider(options)).toThrow("endpoints must be URLs, got ftp://…@a:1");
});
