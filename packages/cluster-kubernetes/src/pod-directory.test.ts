import { RecordingLogger, VirtualClock } from "@ts-grain/actor/testing";
import type { Member } from "@ts-grain/cluster";
import { joinDirectory, resolveDirectoryTiming } from "@ts-grain/cluster/provider";
import { ObservedMembers } from "@ts-grain/cluster/testing";
import { expect, test } from "vitest";
import { PodClient } from "./pod-client.ts";
import { PodDirectory } from "./pod-directory.ts";
import { scriptHttp } from "./testing/script-http.ts";

const labels = {
  "cluster.proto.actor/cluster": "c",
  "cluster.proto.actor/port": "9000",
  "cluster.proto.actor/member-id": "alice",
};
const good = {
  metadata: { uid: "1", labels },
  status: { phase: "Running", podIP: "10.0.0.1", containerStatuses: [{ ready: true }] },
};
const odd = [
  null,
  5,
  "pod",
  [],
  { metadata: null, status: null },
  { metadata: { uid: 7, labels: [], creationTimestamp: {} }, status: { containerStatuses: 9 } },
  { spec: { containers: "none" }, metadata: { uid: "2", managedFields: 1, labels: { "a/b": 3 } } },
];

test("pods that are no pods at all hide no member", async () => {
  const clock = new VirtualClock();
  const http = scriptHttp(() => new Response(JSON.stringify({ metadata: {}, items: [...odd, good] })));
  const access = { server: "http://10.0.0.1", token: () => "", authorityFile: undefined };
  const client = new PodClient({ access, namespace: "home" }, clock, http);
  const context = { clusterName: "c", logger: new RecordingLogger(), clock };
  for await (const members of new PodDirectory(client, { context }).lists(new AbortController().signal)) {
    expect(members.map(({ id }) => id)).toEqual(["alice"]);
    break;
  }
});

test.each([["null"], ["[]"], ['"pods"'], ['{"items":"none"}'], ['{"items":{"length":3}}']])(
  "a list that is %s has no members, and is no reason to fail",
  async (text) => {
    const clock = new VirtualClock();
    const access = { server: "http://10.0.0.1", token: () => "", authorityFile: undefined };
    const client = new PodClient(
      { access, namespace: "home" },
      clock,
      scriptHttp(() => new Response(text)),
    );
    const context = { clusterName: "c", logger: new RecordingLogger(), clock };
    const lists = new PodDirectory(client, { context }).lists(new AbortController().signal);
    for await (const members of lists) {
      expect(members).toEqual([]);
      break;
    }
  },
);

const self: Member = { id: "alice", host: "10.0.0.1", port: 9_000, kinds: [], dialect: "proto-actor" };
const oddLists = ["<html>", '{"items":[{', "null", "[]", '{"items":[]}', '{"items":7}'];
const oddWatches = [
  "<html>\n",
  "",
  '{"type":"ADD',
  '{"type":5}\n',
  "[]\n",
  '{"type":"ERROR","object":{"code":500}}\n',
];
const gone = '{"type":"ERROR","object":{"code":410}}\n';
const list = JSON.stringify({ metadata: { resourceVersion: "5" }, items: [good] });

/** What answers, by how many requests there were before, to a list and to a watch. */
type Script = (count: number, what: "list" | "watch") => Response;

test.each<[string, Script]>([
  [
    "answers nonsense",
    (count, what) => {
      if (count % 5 === 0) return new Response("out of order", { status: count % 2 === 0 ? 410 : 500 });
      if (what === "list") return new Response(oddLists[count % oddLists.length]);
      return new Response(count % 7 === 0 ? gone : oddWatches[count % oddWatches.length]);
    },
  ],
  ["ends each watch", (_count, what) => new Response(what === "list" ? list : "")],
  ["has forgotten each version", (_count, what) => new Response(what === "list" ? list : gone)],
  [
    "refuses each version",
    (_count, what) => (what === "list" ? new Response(list) : new Response("gone", { status: 410 })),
  ],
])(
  "a server that %s at once, for ten minutes, changes nothing and is asked at most twice a second",
  async (_what, script) => {
    const clock = new VirtualClock();
    let asked = 0;
    const http = scriptHttp((request) => {
      // Who does not keep the pace would go on for ever in one moment of the clock.
      if (++asked > 5_000) return new Response("", { status: 500 });
      if (asked === 1) return new Response(list);
      return script(asked, request.getUrl().includes("watch=true") ? "watch" : "list");
    });
    const access = { server: "http://10.0.0.1", token: () => "", authorityFile: undefined };
    const observed = new ObservedMembers("c");
    const context = { ...observed.context, clock };
    const directory = new PodDirectory(new PodClient({ access, namespace: "home" }, clock, http), {
      context,
      self,
    });
    const registration = { refresh: async () => {}, remove: async () => {} };
    const timing = resolveDirectoryTiming({ settleMs: 3_600_000 });
    const session = await joinDirectory({ directory, self: { id: "alice", registration }, context, timing });
    await clock.advance(600_000);
    expect(observed.history).toEqual([["alice"]]);
    expect(asked).toBeGreaterThan(200);
    expect(asked).toBeLessThan(1_220);
    await session.leave();
    const before = asked;
    await clock.advance(60_000);
    expect(asked).toBe(before);
  },
);
