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

test("a server that answers nonsense at once, for ten minutes, changes nothing and is asked at most twice a second", async () => {
  const clock = new VirtualClock();
  let asked = 0;
  const http = scriptHttp((request) => {
    asked++;
    if (asked === 1)
      return new Response(JSON.stringify({ metadata: { resourceVersion: "5" }, items: [good] }));
    if (asked % 5 === 0) return new Response("out of order", { status: asked % 2 === 0 ? 410 : 500 });
    if (!request.getUrl().includes("watch=true")) return new Response(oddLists[asked % oddLists.length]);
    return new Response(asked % 7 === 0 ? gone : oddWatches[asked % oddWatches.length]);
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
});
