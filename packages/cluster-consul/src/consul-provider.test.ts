import { seededRandom } from "@ts-grain/actor";
import { RecordingLogger, VirtualClock } from "@ts-grain/actor/testing";
import { ClusterError, type Member } from "@ts-grain/cluster";
import { describe, expect, test } from "vitest";
import { ConsulProvider, type ConsulProviderOptions } from "./index.ts";

const alice: Member = {
  id: "alice",
  host: "10.0.0.1",
  port: 9_000,
  kinds: ["SmartBulb"],
  dialect: "ts-grain",
};

/** An instance as Consul lists it; without the meta of ts-grain it is a member in Go. */
function instance(id: string, { status = "passing", meta = {} }: { status?: string; meta?: object } = {}) {
  const service = { ID: id, Address: "10.0.0.1", Port: 9_000, Tags: ["SmartBulb"], Meta: { id, ...meta } };
  return { Service: service, Checks: [{ Status: "passing" }, { Status: status }] };
}
const self = instance("alice", { meta: { "ts-grain": "1" } });

interface Asked {
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly headers: object;
}

/** A Consul that answers as it is told, and at once. */
class ScriptedConsul {
  readonly clock = new VirtualClock();
  readonly logger = new RecordingLogger();
  readonly asked: Asked[] = [];
  readonly published: (readonly Member[])[] = [];
  list: (query: { readonly path: string; readonly signal: AbortSignal }) => Response | Promise<Response> =
    () => listed([self], 7);
  knowsCheck = true;

  provider(options: ConsulProviderOptions = {}): ConsulProvider {
    return new ConsulProvider({ ...options, fetch: (url, init) => this.#answer(String(url), init) });
  }

  join(options?: ConsulProviderOptions): ReturnType<ConsulProvider["joinAsMember"]> {
    return this.provider(options).joinAsMember(alice, {
      clusterName: "my cluster",
      clock: this.clock,
      random: seededRandom(1),
      logger: this.logger,
      onMembers: (members) => this.published.push(members),
    });
  }

  paths(method: string): readonly string[] {
    return this.asked.filter((request) => request.method === method).map(({ path }) => path);
  }

  /** The most queries for the list that came in any five seconds which began after the given time. */
  mostQueries(sinceMs: number): number {
    const times = this.asked.filter(({ method, atMs }) => method === "GET" && atMs > sinceMs);
    const within5s = (startMs: number) =>
      times.filter(({ atMs }) => atMs >= startMs && atMs < startMs + 5_000);
    return Math.max(...times.map(({ atMs }) => within5s(atMs).length));
  }

  async #answer(url: string, init: RequestInit = {}): Promise<Response> {
    const { method = "GET", body, headers = {} } = init;
    const path = url.replace("http://127.0.0.1:8500", "");
    const content: unknown = typeof body === "string" ? JSON.parse(body) : undefined;
    this.asked.push({ atMs: this.clock.nowMs(), method, path, headers, body: content });
    init.signal?.throwIfAborted();
    if (method === "GET") return this.list({ path, signal: init.signal! });
    if (path.includes("/check/update/") && !this.knowsCheck) return new Response("unknown", { status: 500 });
    return new Response("");
  }
}

function listed(entries: readonly unknown[], index: number, headers: Record<string, string> = {}): Response {
  return Response.json(entries, { headers: { "x-consul-index": `${index}`, ...headers } });
}

test("a member registers in the form of Proto.Actor Go, and marks itself", async () => {
  const consul = new ScriptedConsul();
  const session = await consul.join({ token: "secret" });
  expect(consul.asked.find(({ method }) => method === "PUT")).toEqual({
    atMs: expect.any(Number),
    method: "PUT",
    path: "/v1/agent/service/register?replace-existing-checks=true",
    headers: { "Content-Type": "application/json", "X-Consul-Token": "secret" },
    body: {
      ID: "alice",
      Name: "my cluster",
      Tags: ["SmartBulb"],
      Address: "10.0.0.1",
      Port: 9_000,
      Meta: { id: "alice", "ts-grain": "1" },
      Check: { TTL: "10000ms", Status: "passing", DeregisterCriticalServiceAfter: "60000ms" },
    },
  });
  expect(consul.published).toEqual([[alice]]);
  await session.leave();
  expect(consul.paths("PUT").at(-1)).toBe("/v1/agent/service/deregister/alice");
});

test("a member says every two seconds that it lives, and registers again when Consul does not know it", async () => {
  const consul = new ScriptedConsul();
  const session = await consul.join();
  await consul.clock.advance(4_000);
  const keepAlive = "/v1/agent/check/update/service%3Aalice";
  expect(consul.paths("PUT").slice(1)).toEqual([keepAlive, keepAlive]);
  consul.knowsCheck = false;
  await consul.clock.advance(2_000);
  expect(consul.paths("PUT").at(-1)).toMatch(/register\?/);
  await session.leave();
});

test("queries wait for a change after the last list, for less than a member may be silent", async () => {
  const consul = new ScriptedConsul();
  const session = await consul.join({ ttlMs: 8_000 });
  await consul.clock.advance(500);
  const service = "/v1/health/service/my%20cluster";
  expect(consul.paths("GET").slice(0, 2)).toEqual([service, `${service}?index=7&wait=2000ms`]);
  await session.leave();
});

test("members in Go are listed beside those of ts-grain; who is not passing is not", async () => {
  const consul = new ScriptedConsul();
  const anonymous = { ...instance("x"), Service: { Address: "10.0.0.2", Port: 1, Tags: null } };
  const entries = [self, instance("gopher"), anonymous, instance("dead", { status: "critical" })];
  consul.list = () => listed([...entries, { Service: instance("unchecked").Service, Checks: [] }], 7);
  const session = await consul.join();
  expect(consul.published).toEqual([
    [
      alice,
      { ...alice, id: "gopher", dialect: "proto-actor" },
      { id: "my cluster@10.0.0.2:1", host: "10.0.0.2", port: 1, kinds: [], dialect: "proto-actor" },
    ],
  ]);
  await session.leave();
});

test("what strangers registered under the cluster's name is left out, and named once", async () => {
  const consul = new ScriptedConsul();
  const stranger = { Service: { Address: "", Port: 80 }, Checks: [{ Status: "passing" }] };
  consul.list = () => listed([self, stranger, 5], 7);
  const session = await consul.join();
  await consul.clock.advance(10_000);
  expect(consul.published).toEqual([[alice]]);
  expect(consul.logger.at("warn")).toEqual(["the provider lists what is no member"]);
  await session.leave();
});

const megabyte = 1_000_000;

/** A list that could be believed, but for its 20 MB; tells how many of them were read. */
function hugeList(onMegabyte: () => void = () => {}): Response {
  const parts = [JSON.stringify([self]), ...Array(20).fill(" ".repeat(megabyte))];
  const body = new ReadableStream({
    pull(controller) {
      const part = parts.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(new TextEncoder().encode(part));
      onMegabyte();
    },
  });
  return new Response(body, { headers: { "x-consul-index": "8" } });
}

const disbelieved: Readonly<Record<string, ScriptedConsul["list"]>> = {
  "an error": () => new Response("No cluster leader", { status: 500 }),
  "a web page": () => new Response("<html>sign in</html>"),
  "half a list": () => new Response('[{"Service":'),
  "no list": () => Response.json({}),
  "a list of 20 MB": () => hugeList(),
  "nothing, ever": ({ signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("aborted")));
    }),
  "errors to queries that wait, and lists to others": ({ path }) =>
    /wait=/.test(path) ? new Response("no long polls here", { status: 500 }) : listed([self], 7),
  "the list of a server without a leader": () => listed([], 8, { "x-consul-knownleader": "false" }),
  "the list of a server that lags behind": () => listed([], 8, { "x-consul-lastcontact": "60000" }),
  "the list of a server that counts anew": () => listed([], 3),
};

describe.each(Object.entries(disbelieved))("a Consul that answers with %s", (_name, answer) => {
  test("is asked again at most twice a second, and changes nothing", async () => {
    const consul = new ScriptedConsul();
    consul.list = () => listed([self, instance("bob")], 7);
    const session = await consul.join();
    // The lists that may come at once are used up.
    await consul.clock.advance(10_000);
    const oddMs = consul.clock.nowMs();
    consul.list = answer;
    await consul.clock.advance(30_000);
    expect(consul.published).toHaveLength(1);
    expect(consul.mostQueries(oddMs)).toBeGreaterThan(0);
    expect(consul.mostQueries(oddMs)).toBeLessThanOrEqual(10);
    expect(consul.logger.at("warn")).toContain("watching the members failed; it is tried again");
    consul.list = () => listed([self], 9);
    await consul.clock.advance(15_000);
    expect(consul.published.at(-1)).toEqual([alice]);
    await session.leave();
  });
});

test("a Consul that answers at once, each time with another list, is asked eight times at once and then twice a second", async () => {
  const consul = new ScriptedConsul();
  let index = 7;
  consul.list = () => listed([self, ...(index % 2 === 0 ? [instance("bob")] : [])], index++);
  const session = await consul.join();
  await consul.clock.advance(40_000);
  expect(consul.published.length).toBeGreaterThan(60);
  expect(consul.mostQueries(-1)).toBeLessThanOrEqual(18);
  expect(consul.mostQueries(5_000)).toBe(10);
  await session.leave();
});

test("a list of 20 MB is read no further than 8 MiB, and a log line says so", async () => {
  const consul = new ScriptedConsul();
  const session = await consul.join();
  let megabytes = 0;
  consul.list = () => hugeList(() => megabytes++);
  while (consul.logger.entries.length === 0) await consul.clock.advance(100);
  expect(megabytes).toBeLessThan(12);
  const { error } = consul.logger.entries[0]!.fields as { readonly error: unknown };
  expect(String(error)).toMatch(/more than 8388608 bytes/);
  await session.leave();
});

test.each([
  { address: "unix:///run/consul" },
  { address: "" },
  { ttlMs: 0 },
  { refreshMs: 6_000 },
  { settleMs: Number.NaN },
])("options out of their range are refused by name: %o", (options) => {
  const [name] = Object.keys(options);
  expect(() => new ConsulProvider(options)).toThrow(ClusterError);
  expect(() => new ConsulProvider(options)).toThrow(name);
});
