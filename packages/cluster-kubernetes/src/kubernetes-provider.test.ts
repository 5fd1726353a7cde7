import { KubeConfig, type RequestContext } from "@kubernetes/client-node";
import { ClusterError, type Member, type ProviderSession } from "@ts-grain/cluster";
import { ObservedMembers } from "@ts-grain/cluster/testing";
import { expect, test, vi } from "vitest";
import { KubernetesProvider, type KubernetesProviderOptions } from "./index.ts";
import { FakePodApi } from "./testing/index.ts";

const member = (id: string, ip: string): Member => ({
  id,
  host: ip,
  port: 9_000,
  kinds: ["Bulb", "House"],
  dialect: "ts-grain",
});
const alice = member("alice", "10.0.0.1");
const mark = { "cluster.proto.actor/ts-grain": "1" };
const labelsOf = (id: string) => ({
  "cluster.proto.actor/cluster": "test",
  "cluster.proto.actor/port": "9000",
  "cluster.proto.actor/member-id": id,
  "cluster.proto.actor/kind-Bulb": "true",
  "cluster.proto.actor/kind-House": "true",
});
const quick = { settleMs: 1_000, refreshMs: 200, joinTimeoutMs: 3_000 };

/** Leads to the API server, and tells of each change of a pod before it is sent. */
class TellingConfig extends KubeConfig {
  readonly #onPatch: () => void;

  constructor(server: string, onPatch: () => void) {
    super();
    this.#onPatch = onPatch;
    this.loadFromClusterAndUser({ name: "fake", server, skipTLSVerify: true }, { name: "nobody" });
  }

  override async applySecurityAuthentication(request: RequestContext): Promise<void> {
    if (request.getHttpMethod() === "PATCH") this.#onPatch();
    await super.applySecurityAuthentication(request);
  }
}

async function joinAlice(
  api: FakePodApi,
  options: KubernetesProviderOptions = {},
): Promise<{ observed: ObservedMembers; session: ProviderSession }> {
  const observed = new ObservedMembers("test");
  const where = { server: api.url, namespace: "test", podName: "pod-a" };
  const session = await new KubernetesProvider({ ...where, ...quick, ...options }).joinAsMember(
    alice,
    observed.context,
  );
  return { observed, session };
}

async function startWithPods(): Promise<FakePodApi> {
  const api = await FakePodApi.start();
  api.addPod("pod-a", { ip: "10.0.0.1", labels: { app: "bulbs" } });
  api.addPod("pod-g", { ip: "10.0.0.2", labels: labelsOf("gopher") });
  return api;
}

test("a member labels its pod as Proto.Actor Go does, instead of what was left in it, and takes the labels away", async () => {
  await using api = await startWithPods();
  const leftOver = { "cluster.proto.actor/kind-Old": "true", "cluster.proto.actor/member-id": "former" };
  api.addPod("pod-a", { ip: "10.0.0.1", labels: { app: "bulbs", ...leftOver } });
  const { observed, session } = await joinAlice(api);
  expect(api.labels("pod-a")).toEqual({ app: "bulbs", ...labelsOf("alice"), ...mark });
  await observed.untilIds("alice", "gopher");
  expect(observed.members.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
    alice,
    { ...alice, id: "gopher", host: "10.0.0.2", dialect: "proto-actor" },
  ]);
  await session.leave();
  expect(api.labels("pod-a")).toEqual({ app: "bulbs" });
});

test("a pod that is not ready, deleted or labelled wrongly is no member", async () => {
  await using api = await startWithPods();
  const wrong = { ...labelsOf("wrong"), "cluster.proto.actor/port": "http" };
  api.addPod("pod-w", { ip: "10.0.0.3", labels: wrong });
  const { observed, session } = await joinAlice(api);
  await observed.untilIds("alice", "gopher");
  api.setReady("pod-g", "not ready");
  await observed.untilIds("alice");
  api.addPod("pod-h", { ip: "10.0.0.4", labels: labelsOf("other") });
  await observed.untilIds("alice", "other");
  api.deletePod("pod-h");
  await observed.untilIds("alice");
  expect(observed.logger.at("warn")).toEqual(["the provider lists what is no member"]);
  await session.leave();
});

test("a member joins before its pod is ready, so that a probe may ask it, and is told when the pod was taken for dead", async () => {
  await using api = await startWithPods();
  api.setReady("pod-a", "not ready");
  const { observed, session } = await joinAlice(api);
  await observed.untilIds("alice", "gopher");
  api.setReady("pod-a", "ready");
  await vi.waitFor(() => expect(api.watches).toBe(1));
  await session.leave();
  const again = await joinAlice(api);
  await again.observed.untilIds("alice", "gopher");
  api.setReady("pod-a", "not ready");
  await again.observed.untilIds("gopher");
  await again.session.leave();
});

test("a watch that breaks off goes on after the last bookmark, without a new list, and nobody is lost", async () => {
  await using api = await startWithPods();
  const { observed, session } = await joinAlice(api);
  await observed.untilIds("alice", "gopher");
  const watchRequests = () => api.requests.filter((request) => /watch=true/.test(request)).length;
  const untilWatched = (times: number) =>
    vi.waitFor(() => expect([watchRequests(), api.watches]).toEqual([times, 1]), { timeout: 5_000 });
  await vi.waitFor(() => expect(api.watches).toBe(1), { timeout: 5_000 });
  api.addPod("of-another-cluster", { ip: "10.0.0.9" });
  const bookmarked = api.bookmark();
  const lists = () =>
    api.requests.filter((request) => /labelSelector/.test(request) && !/watch/.test(request));
  const before = lists().length;
  for (const interrupt of [
    () => api.endWatches(),
    () => api.dropConnections(),
    () => api.dropConnections(),
  ]) {
    const times = watchRequests();
    interrupt();
    await untilWatched(times + 1);
  }
  api.deletePod("pod-g");
  await observed.untilIds("alice");
  expect(lists().length).toBe(before);
  const watches = api.requests.filter((request) => /watch=true/.test(request));
  expect(watches.slice(1).map((request) => /resourceVersion=(\d+)/.exec(request)?.[1])).toEqual(
    watches.slice(1).map(() => bookmarked),
  );
  expect(observed.history.every((ids) => ids.includes("alice"))).toBe(true);
  await session.leave();
});

test("many pods that come or go at once are seen together, and not one after the other", async () => {
  await using api = await startWithPods();
  const { observed, session } = await joinAlice(api);
  await vi.waitFor(() => expect(api.watches).toBe(1));
  const ids = Array.from({ length: 60 }, (_pod, index) => `m${index}`);
  const startedMs = performance.now();
  for (const id of ids) api.addPod(id, { ip: "10.0.0.4", labels: labelsOf(id) });
  await observed.untilIds("alice", "gopher", ...ids);
  for (const id of ids) api.setReady(id, "not ready");
  await observed.untilIds("alice", "gopher");
  expect(performance.now() - startedMs).toBeLessThan(5_000);
  await session.leave();
});

test("a listener that throws leaves no watch behind", async () => {
  await using api = await startWithPods();
  const { context } = new ObservedMembers("test");
  let calls = 0;
  const onMembers = (): void => {
    if (++calls === 2) throw new Error("the listener has a bug");
  };
  const where = { server: api.url, namespace: "test", podName: "pod-a" };
  const session = await new KubernetesProvider({ ...where, ...quick }).joinAsMember(alice, {
    ...context,
    onMembers,
  });
  await vi.waitFor(() => expect(api.watches).toBe(1));
  api.deletePod("pod-g");
  const watchRequests = () => api.requests.filter((request) => /watch=true/.test(request)).length;
  await vi.waitFor(() => expect([watchRequests(), api.watches]).toEqual([2, 1]));
  await session.leave();
  await vi.waitFor(() => expect(api.watches).toBe(0));
});

test("when the versions after the last one are gone, the pods are listed anew, and no leave or join is missed", async () => {
  await using api = await startWithPods();
  const { observed, session } = await joinAlice(api);
  await observed.untilIds("alice", "gopher");
  await vi.waitFor(() => expect(api.watches).toBe(1));
  api.compact();
  api.deletePod("pod-g");
  api.addPod("pod-h", { ip: "10.0.0.4", labels: labelsOf("other") });
  await observed.untilIds("alice", "other");
  // It is no outage, after which a leave would not be believed for a while.
  expect(observed.logger.at("warn")).toEqual([]);
  await session.leave();
});

test("a member to whose pod somebody else has written meanwhile reads it again before it labels it", async () => {
  await using api = await startWithPods();
  const late = { "cluster.proto.actor/kind-Late": "true" };
  let patches = 0;
  const kubeConfig = new TellingConfig(api.url, () => {
    if (++patches === 1) api.addPod("pod-a", { ip: "10.0.0.1", labels: { app: "lamps", ...late } });
  });
  const { observed, session } = await joinAlice(api, { server: undefined, kubeConfig });
  expect(patches).toBe(2);
  expect(api.labels("pod-a")).toEqual({ app: "lamps", ...labelsOf("alice"), ...mark });
  expect(observed.logger.entries.at(0)?.fields).toMatchObject({ error: { status: 409 } });
  await session.leave();
});

test("a patch that fails is tried again", async () => {
  await using api = await startWithPods();
  api.patchFailures.push(500);
  const { session } = await joinAlice(api);
  expect(api.labels("pod-a")).toMatchObject(labelsOf("alice"));
  await session.leave();
});

test.each(["get", "list", "patch"])(
  "a service account that may not %s pods cannot join, and the error says so",
  async (verb) => {
    await using api = await startWithPods();
    api.forbidden.add(verb);
    const joining = joinAlice(api, { joinTimeoutMs: 1_000, leaveTimeoutMs: 500 });
    await expect(joining).rejects.toMatchObject({
      code: "provider_unavailable",
      message: expect.stringContaining("403"),
    });
  },
);

test("a service account that may not watch pods sees who comes, takes nobody for gone, and a log line says so", async () => {
  await using api = await startWithPods();
  api.forbidden.add("watch");
  const { observed, session } = await joinAlice(api);
  api.addPod("pod-h", { ip: "10.0.0.4", labels: labelsOf("other") });
  api.deletePod("pod-g");
  await observed.untilIds("alice", "gopher", "other");
  expect(observed.logger.entries[0]?.fields).toMatchObject({ error: { status: 403 } });
  await session.leave();
});

test("labels that somebody else takes away are put back", async () => {
  await using api = await startWithPods();
  const { session } = await joinAlice(api);
  api.addPod("pod-a", { ip: "10.0.0.1" });
  await vi.waitFor(() => expect(api.labels("pod-a")).toMatchObject(labelsOf("alice")), { timeout: 3_000 });
  await session.leave();
});

test("a member that goes by another address than its pod is warned", async () => {
  await using api = await startWithPods();
  api.addPod("pod-a", { ip: "10.9.9.9" });
  const { observed, session } = await joinAlice(api);
  expect(observed.logger.at("warn")[0]).toMatch(/another address than its pod/);
  await session.leave();
});

test("names that Kubernetes would not take, and a missing server, are refused", async () => {
  expect(() => new KubernetesProvider()).toThrow(ClusterError);
  const provider = new KubernetesProvider({
    server: "http://127.0.0.1:1",
    namespace: "test",
    podName: "a",
  });
  const odd = { ...alice, kinds: ["smart/bulb"] };
  await expect(provider.joinAsMember(odd, new ObservedMembers("test").context)).rejects.toMatchObject({
    code: "invalid_options",
    message: expect.stringContaining("smart/bulb"),
  });
});
