import {
  Agent,
  type ClientRequestArgs,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { type Duplex, duplexPair, Readable } from "node:stream";
import { json } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
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
  readonly headers: IncomingHttpHeaders;
}

/** Connects to a server in the same process, without a socket. */
class WiredAgent extends Agent {
  /** The ends of the server that are open. */
  readonly open = new Set<Duplex>();
  /** Where the last connection was to go. */
  asked: object = {};
  readonly #accept: (connection: Duplex) => void;

  constructor(accept: (connection: Duplex) => void) {
    super();
    this.#accept = accept;
  }

  override createConnection({ host, port }: ClientRequestArgs): Duplex {
    this.asked = { host, port: Number(port) };
    const [near, far] = duplexPair();
    this.open.add(far);
    far.once("close", () => this.open.delete(far));
    // As a socket does when the other end is gone.
    near.once("close", () => far.destroy());
    this.#accept(far);
    return near;
  }
}

/** A Consul that answers as it is told, and at once. */
class ScriptedConsul {
  readonly clock = new VirtualClock();
  readonly logger = new RecordingLogger();
  readonly asked: Asked[] = [];
  readonly published: (readonly Member[])[] = [];
  list: (query: { readonly path: string }) => Response | Promise<Response> = () => listed([self], 7);
  knowsCheck = true;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly agent = new WiredAgent((connection) => this.#server.emit("connection", connection));

  provider(options: ConsulProviderOptions = {}): ConsulProvider {
    return new ConsulProvider({ ...options, agent: this.agent });
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

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, headers, body } = await this.#answer(request);
    response.writeHead(status, Object.fromEntries(headers));
    // The provider may read no further.
    await pipeline(body ? Readable.fromWeb(body) : Readable.from([]), response).catch(() => {});
  }

  async #answer(request: IncomingMessage): Promise<Response> {
    const { method = "", url: path = "", headers } = request;
    const asked = { atMs: this.clock.nowMs(), method, path, headers };
    this.asked.push({
      ...asked,
      body: headers["content-type"] === undefined ? undefined : await json(request),
    });
    if (method === "GET") return this.list({ path });
    if (path.includes("/check/pass/") && !this.knowsCheck) return new Response("unknown", { status: 500 });
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
    headers: {
      connection: "close",
      "content-length": expect.any(String),
      "content-type": "application/json; charset=utf-8",
      host: "127.0.0.1:8500",
      "user-agent": expect.any(String),
      "x-consul-token": "secret",
    },
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
  const keepAlive = "/v1/agent/check/pass/service%3Aalice";
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

/** A list that could be believed, but for its 20 MB; tells how many of them were read. */
function hugeList(onPart: (bytes: number) => void = () => {}): Response {
  const parts = [JSON.stringify([self]), ...Array(200).fill(" ".repeat(100_000))];
  const body = new ReadableStream({
    pull(controller) {
      const part = parts.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(new TextEncoder().encode(part));
      onPart(part?.length ?? 0);
    },
  });
  return new Response(body, { headers: { "x-consul-index": "8" } });
}

/** The beginning of an answer that could be believed, and what becomes of the rest. */
function begunList(rest: (controller: ReadableStreamDefaultController) => void | Promise<void>): Response {
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(JSON.stringify([self]))),
    pull: rest,
  });
  return new Response(body, { headers: { "x-consul-index": "8" } });
}

const disbelieved: Readonly<Record<string, ScriptedConsul["list"]>> = {
  "an error": () => new Response("No cluster leader", { status: 500 }),
  "a web page": () => new Response("<html>sign in</html>"),
  "half a list": () => new Response('[{"Service":'),
  "no list": () => Response.json({}),
  "a list of 20 MB": () => hugeList(),
  "a list whose connection ends before it does": () => begunList((body) => body.error(new Error("ended"))),
  "a list that never ends": () => begunList(() => new Promise(() => {})),
  "a redirection": () =>
    new Response(JSON.stringify([self]), { status: 307, headers: { location: "/v1/x" } }),
  "nothing, ever": () => new Promise(() => {}),
  "errors to queries that wait, and lists to others": ({ path }) =>
    /wait=/.test(path) ? new Response("no long polls here", { status: 500 }) : listed([self], 7),
  "the list of a server without a leader": () => listed([], 8, { "x-consul-knownleader": "false" }),
  "the list of a server that lags behind": () => listed([], 8, { "x-consul-lastcontact": "60000" }),
  "the list of a server that counts anew": () => listed([], 3),
  "a list whose index is no number": () => listed([], Number.NaN),
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
    await consul.clock.settle();
    expect([consul.agent.open.size, consul.clock.scheduled]).toEqual([0, 0]);
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
  let read = 0;
  consul.list = () => hugeList((bytes) => (read += bytes));
  while (consul.logger.entries.length === 0) await consul.clock.advance(100);
  expect(read).toBeLessThan(12_000_000);
  const { error } = consul.logger.entries[0]!.fields as { readonly error: unknown };
  expect(String(error)).toMatch(/more than 8388608 bytes/);
  await session.leave();
});

test("an error says which status the agent answered with, and the first 200 characters of what it said", async () => {
  const consul = new ScriptedConsul();
  const session = await consul.join();
  consul.list = () => Response.json("<".repeat(300), { status: 403 });
  while (consul.logger.entries.length === 0) await consul.clock.advance(100);
  const { error } = consul.logger.entries[0]!.fields as { readonly error: unknown };
  expect(String(error)).toBe(`Error: HTTP status 403: "${"<".repeat(199)}`);
  await session.leave();
});

test("a query that is not answered in time ends its connection, and a log line says so", async () => {
  const consul = new ScriptedConsul();
  const session = await consul.join();
  consul.list = () => new Promise(() => {});
  while (consul.logger.entries.length === 0) await consul.clock.advance(100);
  const { error } = consul.logger.entries[0]!.fields as { readonly error: unknown };
  expect(String(error)).toBe("Error: no answer within 4656.25 ms");
  expect(consul.agent.open.size).toBe(0);
  await session.leave();
});

test("abandoning a Consul that answers nothing ends every connection and timer at once", async () => {
  const consul = new ScriptedConsul();
  const session = await consul.join();
  consul.list = () => new Promise(() => {});
  await consul.clock.advance(3_000);
  expect(consul.agent.open.size).toBe(1);
  await session.abandon();
  await consul.clock.settle();
  expect([consul.agent.open.size, consul.clock.scheduled]).toEqual([0, 0]);
});

test.each([
  { address: undefined, at: ["127.0.0.1", 8_500, "/v1/"] },
  { address: "consul.example:80", at: ["consul.example", 80, "/v1/"] },
  { address: "http://[::1]:8501", at: ["::1", 8_501, "/v1/"] },
  { address: "http://proxy.example/consul/", at: ["proxy.example", 80, "/consul/v1/"] },
])("the agent is asked at its address: $address", async ({ address, at: [host, port, prefix] }) => {
  const consul = new ScriptedConsul();
  const session = await consul.join({ address });
  expect(consul.agent.asked).toMatchObject({ host, port: Number(port) });
  expect(consul.asked.every(({ path }) => path.startsWith(String(prefix)))).toBe(true);
  await session.leave();
});

test.each([
  { address: "unix:///run/consul" },
  { address: "" },
  { ttlMs: 0 },
  { refreshMs: 6_000 },
  { settleMs: Number.NaN },
  { agent: { dispatch: () => true } as unknown as Agent },
])("options out of their range are refused by name: %o", (options) => {
  const [name] = Object.keys(options);
  expect(() => new ConsulProvider(options)).toThrow(ClusterError);
  expect(() => new ConsulProvider(options)).toThrow(name);
});

test("a refused address is named without its password", () => {
  const options = { address: "ftp://me:secret@consul:8500" };
  expect(() => new ConsulProvider(options)).toThrow("got ftp://…@consul:8500");
});
