import { seededRandom } from "@ts-grain/actor";
import { RecordingLogger, VirtualClock } from "@ts-grain/actor/testing";
import type { Member, ProviderSession } from "@ts-grain/cluster";
import { freePorts } from "@ts-grain/cluster/testing";
import { expect, test } from "vitest";
import { AutoManagedProvider } from "./index.ts";

const report = (id: string, more: object = {}) => ({
  id,
  address: "10.0.0.1",
  auto_manage_port: 6_330,
  port: 9_000,
  kinds: ["SmartBulb"],
  cluster_name: "test",
  ...more,
});
const alice: Member = { id: "alice", host: "10.0.0.9", port: 9, kinds: [], dialect: "ts-grain" };

/** As `fetch` says it. */
const refusal = new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } });

/** Hosts that answer as they are told: with a text, with a value as JSON, with an error, or not at all. */
class ScriptedHosts {
  readonly clock = new VirtualClock();
  readonly logger = new RecordingLogger();
  readonly published: string[] = [];
  readonly lists: (readonly Member[])[] = [];
  readonly answers = new Map<string, unknown>();
  asked = 0;

  async join(self?: Member): Promise<ProviderSession> {
    const [port] = await freePorts(1);
    const hosts = [...this.answers.keys()];
    const provider = new AutoManagedProvider({
      hosts,
      port: port!,
      fetch: (url, init) => this.#fetch(url, init),
    });
    const context = {
      clusterName: "test",
      clock: this.clock,
      random: seededRandom(1),
      logger: this.logger,
      onMembers: (members: readonly Member[]) => {
        this.lists.push(members);
        this.published.push(members.map(({ id }) => id).join(" "));
      },
    };
    return self ? provider.joinAsMember(self, context) : provider.joinAsClient(context);
  }

  async #fetch(url: unknown, init: RequestInit = {}): Promise<Response> {
    this.asked++;
    const answer = this.answers.get(new URL(String(url)).host);
    if (answer instanceof Error) throw answer;
    if (answer !== "silence")
      return typeof answer === "string" ? new Response(answer) : Response.json(answer);
    return new Promise((_resolve, reject) => {
      init.signal?.addEventListener("abort", () => reject(new Error("gave up")));
    });
  }
}

test("members are read as Proto.Actor Go writes them; those of other clusters are none", async () => {
  const hosts = new ScriptedHosts();
  hosts.answers.set("a:1", report("gopher", { kinds: null }));
  hosts.answers.set("b:1", report("bob", { "ts-grain": "1" }));
  hosts.answers.set("c:1", report("stranger", { cluster_name: "other" }));
  hosts.answers.set("alias-of-b:1", report("bob", { "ts-grain": "1" }));
  const session = await hosts.join(alice);
  const common = { host: "10.0.0.1", port: 9_000 };
  expect(hosts.lists).toEqual([
    [
      alice,
      { id: "gopher", ...common, kinds: [], dialect: "proto-actor" },
      { id: "bob", ...common, kinds: ["SmartBulb"], dialect: "ts-grain" },
    ],
  ]);
  await session.leave();
});

test("a killed member is gone when it was missed three times in a row, not before", async () => {
  const hosts = new ScriptedHosts();
  hosts.answers.set("b:1", report("bob"));
  const session = await hosts.join(alice);
  hosts.answers.set("b:1", refusal);
  await hosts.clock.advance(2_400);
  hosts.answers.set("b:1", report("bob"));
  await hosts.clock.advance(1_000);
  hosts.answers.set("b:1", refusal);
  await hosts.clock.advance(2_400);
  expect(hosts.published).toEqual(["alice bob"]);
  await hosts.clock.advance(1_000);
  expect(hosts.published).toEqual(["alice bob", "alice"]);
  expect(hosts.logger.at("warn")).toEqual(["a member does not answer any more"]);
  await session.leave();
});

test("a member that stands still for five seconds stays; one that does for nine is gone", async () => {
  const hosts = new ScriptedHosts();
  hosts.answers.set("b:1", report("bob"));
  const session = await hosts.join(alice);
  hosts.answers.set("b:1", "silence");
  await hosts.clock.advance(5_000);
  hosts.answers.set("b:1", report("bob"));
  await hosts.clock.advance(5_000);
  expect(hosts.published).toEqual(["alice bob"]);
  hosts.answers.set("b:1", "silence");
  await hosts.clock.advance(9_000);
  expect(hosts.published).toEqual(["alice bob", "alice"]);
  await session.leave();
});

test("a process that was started anew takes the place of the former one at once", async () => {
  const hosts = new ScriptedHosts();
  hosts.answers.set("b:1", report("bob"));
  const session = await hosts.join(alice);
  hosts.answers.set("b:1", report("bob-again"));
  await hosts.clock.advance(1_500);
  expect(hosts.published).toEqual(["alice bob", "alice bob-again"]);
  await session.leave();
});

test.each([
  ["a web page", "<html>"],
  ["a port that is a text", report("bob", { port: "9000" })],
  ["a flood", "x".repeat(9 * 1024 * 1024)],
])("an answer that is no report counts as none: %s", async (_name, answer) => {
  const hosts = new ScriptedHosts();
  hosts.answers.set("b:1", answer);
  const session = await hosts.join(alice);
  await hosts.clock.advance(2_000);
  expect(hosts.published).toEqual(["alice"]);
  await session.leave();
});

test("a client that reaches nobody keeps its list, for any time, and asks at a bounded rate", async () => {
  const hosts = new ScriptedHosts();
  for (const id of ["bob", "carol"]) hosts.answers.set(`${id}:1`, report(id));
  const session = await hosts.join();
  for (const id of ["bob", "carol"]) hosts.answers.set(`${id}:1`, new Error("network unreachable"));
  hosts.asked = 0;
  await hosts.clock.advance(60_000);
  expect(hosts.published).toEqual(["bob carol"]);
  expect(hosts.asked).toBeLessThanOrEqual(124);
  hosts.answers.set("carol:1", refusal);
  await hosts.clock.advance(1_000);
  expect(hosts.published).toEqual(["bob carol"]);
  hosts.answers.set("bob:1", report("bob"));
  await hosts.clock.advance(30_000);
  expect(hosts.published).toEqual(["bob carol", "bob"]);
  await session.leave();
});
