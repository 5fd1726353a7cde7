import { seededRandom } from "@ts-grain/actor";
import { RecordingLogger, VirtualClock } from "@ts-grain/actor/testing";
import { ClusterError, type Member, type ProviderSession } from "@ts-grain/cluster";
import { fieldOf, listOf, textOf } from "@ts-grain/cluster/provider";
import { expect, test } from "vitest";
import { EtcdProvider, type EtcdProviderOptions } from "./index.ts";

const alice: Member = { id: "alice", host: "10.0.0.1", port: 9_000, kinds: ["Bulb"], dialect: "ts-grain" };
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** An etcd that answers as it is told, and at once; its watches tell nothing. */
class ScriptedEtcd {
  readonly clock = new VirtualClock();
  readonly logger = new RecordingLogger();
  readonly published: (readonly Member[])[] = [];
  readonly calls: { readonly url: string; readonly headers: object; readonly body: unknown }[] = [];
  readonly values = new Map<string, string>();
  /** The leases of keys that have one. */
  readonly leases = new Map<string, string>();
  /** The keys that were written, each time that they were. */
  readonly puts: string[] = [];
  /** How often a lease was granted; the first has the id 77. */
  granted = 0;
  /** What is said of the time that a lease has left which has run out. */
  saidOfNoTime: object = {};
  readonly #lapsed = new Set<string>();
  readonly down = new Set<string>();
  revision = 5;
  token: string | undefined;

  /** Time passes until it has joined. */
  async join(options: EtcdProviderOptions = {}): Promise<ProviderSession> {
    const provider = new EtcdProvider({ ...options, fetch: (url, init) => this.#answer(String(url), init) });
    const joining = provider.joinAsMember(alice, {
      clusterName: "c",
      clock: this.clock,
      random: seededRandom(1),
      logger: this.logger,
      onMembers: (members) => this.published.push(members),
    });
    for (let waits = 0; this.published.length === 0 && waits < 100; waits++) await this.clock.advance(100);
    return joining;
  }

  /** A lease runs out, and its keys go with it. */
  lapse(lease: string): void {
    this.#lapsed.add(lease);
    for (const [key, its] of this.leases) if (its === lease) this.values.delete(key);
  }

  bodiesOf(method: string): readonly unknown[] {
    return this.calls.filter(({ url }) => url.endsWith(`/v3/${method}`)).map(({ body }) => body);
  }

  async #answer(url: string, init: RequestInit = {}): Promise<Response> {
    const body: unknown = JSON.parse(String(init.body));
    const headers = { ...(init.headers as Record<string, string>) };
    this.calls.push({ url, headers, body });
    if (this.down.has(new URL(url).host)) throw new Error("connection refused");
    const method = url.replace(/.*\/v3\//, "");
    if (method === "auth/authenticate") return Response.json({ token: this.token });
    if (this.token !== undefined && headers["Authorization"] !== this.token)
      return new Response("", { status: 401 });
    if (method === "watch") return this.#silence(init.signal);
    return Response.json(this.#carryOut(method, body));
  }

  #carryOut(method: string, body: unknown): object {
    const header = { revision: `${this.revision}` };
    if (method === "lease/grant") return { ID: `${77 + this.granted++}`, TTL: "10" };
    if (method === "lease/keepalive") {
      const ID = textOf(body, "ID");
      return { result: { ID, ...(this.#lapsed.has(ID) ? this.saidOfNoTime : { TTL: "10" }) } };
    }
    if (method === "kv/txn" && !listOf(body, "compare").every((compare) => this.#holds(compare)))
      for (const operation of listOf(body, "failure")) this.#put(fieldOf(operation, "request_put"));
    return { header, kvs: [...this.values].map(([key, value]) => ({ key, value })) };
  }

  #holds(compare: unknown): boolean {
    const key = textOf(compare, "key");
    return this.values.has(key) && this.leases.get(key) === textOf(compare, "lease");
  }

  #put(put: unknown): void {
    const key = textOf(put, "key");
    this.puts.push(key);
    this.values.set(key, textOf(put, "value"));
    this.leases.set(key, textOf(put, "lease"));
  }

  #silence(signal: AbortSignal | null | undefined): Promise<Response> {
    return new Promise((_resolve, reject) => {
      signal?.addEventListener("abort", () => reject(new Error("aborted")));
    });
  }
}

test("a member registers in the form of Proto.Actor Go, under a lease, and marks itself", async () => {
  const etcd = new ScriptedEtcd();
  const session = await etcd.join();
  expect(etcd.bodiesOf("lease/grant")).toEqual([{ TTL: "10" }]);
  const key = base64("/protoactor/c/c@alice");
  expect([...etcd.values.keys()]).toEqual([key]);
  expect(Buffer.from(etcd.values.get(key)!, "base64").toString()).toBe(
    '{"id":"c@alice","name":"c@alice","host":"10.0.0.1","address":"10.0.0.1","port":9000,"kinds":["Bulb"],"alive":true,"ts-grain":"1"}',
  );
  expect(etcd.published).toEqual([[alice]]);
  await session.leave();
  expect(etcd.bodiesOf("kv/deleterange")).toEqual([{ key }]);
  expect(etcd.bodiesOf("lease/revoke")).toEqual([{ ID: "77" }]);
});

test("a member whose lease lives on is written once", async () => {
  const etcd = new ScriptedEtcd();
  const session = await etcd.join();
  await etcd.clock.advance(60_000);
  expect(etcd.bodiesOf("lease/keepalive").length).toBeGreaterThan(25);
  expect([etcd.granted, etcd.puts]).toEqual([1, [base64("/protoactor/c/c@alice")]]);
  await session.leave();
});

test.each([
  { name: "says no time", said: {} },
  { name: "says 0", said: { TTL: "0" } },
])(
  "a lease that has run out, of which etcd $name, is never revived: the member registers anew under another one",
  async ({ said }) => {
    const etcd = new ScriptedEtcd();
    etcd.saidOfNoTime = said;
    const session = await etcd.join();
    const key = base64("/protoactor/c/c@alice");
    const value = etcd.values.get(key);
    etcd.lapse("77");
    const before = etcd.bodiesOf("lease/keepalive").length;
    await etcd.clock.advance(2_000);
    expect(etcd.granted).toBe(2);
    expect([etcd.leases.get(key), etcd.values.get(key)]).toEqual(["78", value]);
    await etcd.clock.advance(20_000);
    // Asked for once, when it turned out to be gone, and never again.
    const [asked, ...others] = etcd.bodiesOf("lease/keepalive").slice(before);
    expect(asked).toEqual({ ID: "77" });
    expect(others.length).toBeGreaterThan(8);
    expect(others).toEqual(others.map(() => ({ ID: "78" })));
    expect([etcd.granted, etcd.puts]).toEqual([2, [key, key]]);
    // It was not gone for long enough to be told that it has left.
    expect(etcd.published).toEqual([[alice]]);
    await session.leave();
    expect(etcd.bodiesOf("lease/revoke")).toEqual([{ ID: "78" }]);
  },
);

test("members in Go are listed by the ids that they go by elsewhere; what strangers wrote is left out", async () => {
  const etcd = new ScriptedEtcd();
  const gopher = { id: "c@gopher", name: "c@gopher", address: "10.0.0.2", port: 1, kinds: null, alive: true };
  etcd.values.set(base64("/protoactor/c/c@gopher"), base64(JSON.stringify(gopher)));
  etcd.values.set(base64("/protoactor/c/x"), base64("hello"));
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
  expect(etcd.calls.slice(-5).map(({ url }) => new URL(url).host)).toEqual(Array(5).fill("b:1"));
  expect(etcd.published).toHaveLength(1);
  await session.leave();
});

test("an etcd whose revision goes back has lost its memory, so nobody is taken for gone yet", async () => {
  const etcd = new ScriptedEtcd();
  const bob = base64("/protoactor/c/c@bob");
  etcd.values.set(bob, base64(JSON.stringify({ id: "c@bob", host: "10.0.0.3", port: 1 })));
  const session = await etcd.join();
  etcd.revision = 2;
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
  for (const body of etcd.bodiesOf("auth/authenticate")) expect(body).toEqual(login);
  expect(etcd.calls.at(-1)?.headers).toMatchObject({ Authorization: "second" });
  expect(etcd.logger.at("warn")).toEqual([]);
  await session.leave();
});

test.each([{ endpoints: [] }, { endpoints: ["a:1"] }, { ttlMs: 0 }, { refreshMs: 6_000 }])(
  "options out of their range are refused by name: %o",
  (options) => {
    const [name] = Object.keys(options);
    expect(() => new EtcdProvider(options)).toThrow(ClusterError);
    expect(() => new EtcdProvider(options)).toThrow(name);
  },
);
