import { RecordingLogger, VirtualClock } from "@ts-grain/actor/testing";
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
