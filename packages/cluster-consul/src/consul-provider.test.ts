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
  list: () => Response = () => listed([self], 7);
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

  async #answer(url: string, init: RequestInit = {}): Promise<Response> {
    const { method = "GET", body, headers = {} } = init;
    const path = url.replace("http://127.0.0.1:8500", "");
    const content: unknown = typeof body === "string" ? JSON.parse(body) : undefined;
    this.asked.push({ method, path, headers, body: content });
    init.signal?.throwIfAborted();
    if (method === "GET") return this.list();
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

const disbelieved: Readonly<Record<string, () => Response>> = {
  "an error": () => new Response("No cluster leader", { status: 500 }),
  "a web page": () => new Response("<html>sign in</html>"),
  "half a list": () => new Response('[{"Service":'),
  "no list": () => Response.json({}),
  "a huge list": () => new Response(`["${"x".repeat(9 * 1024 * 1024)}"]`),
  "the list of a server without a leader": () => listed([], 8, { "x-consul-knownleader": "false" }),
  "the list of a server that lags behind": () => listed([], 8, { "x-consul-lastcontact": "60000" }),
  "the list of a server that counts anew": () => listed([], 3),
};

describe.each(Object.entries(disbelieved))("a Consul that answers with %s", (_name, answer) => {
  test("is asked again at a bounded rate, and changes nothing", async () => {
    const consul = new ScriptedConsul();
    consul.list = () => listed([self, instance("bob")], 7);
    const session = await consul.join();
    consul.list = answer;
    await consul.clock.advance(30_000);
    expect(consul.published).toHaveLength(1);
    expect(consul.paths("GET").length).toBeLessThanOrEqual(70);
    expect(consul.logger.at("warn")).toContain("watching the members failed; it is tried again");
    consul.list = () => listed([self], 9);
    await consul.clock.advance(15_000);
    expect(consul.published.at(-1)).toEqual([alice]);
    await session.leave();
  });
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
