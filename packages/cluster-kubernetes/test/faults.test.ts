import { fileURLToPath } from "node:url";
import { KubeConfig, type RequestContext } from "@kubernetes/client-node";
import type { ClusterProvider, Member, ProviderSession } from "@ts-grain/cluster";
import { fieldOf, listOf, textOf } from "@ts-grain/cluster/provider";
import { ObservedMembers, providerFaultCases } from "@ts-grain/cluster/testing";
import { KubernetesProvider, type KubernetesProviderOptions } from "@ts-grain/cluster-kubernetes";
import { FakePodApi } from "@ts-grain/cluster-kubernetes/testing";
import { describe, expect, test, vi } from "vitest";
import { Kubelet } from "./kubelet.ts";

const clusterName = "faults";
const memberProgram = fileURLToPath(new URL("member-program.ts", import.meta.url));
const label = (name: string) => `cluster.proto.actor/${name}`;

/** A provider whose members each get a pod that is called as they are. */
function createInPods(api: FakePodApi, options: KubernetesProviderOptions): ClusterProvider {
  const inPod = (podName: string) =>
    new KubernetesProvider({ server: api.url, namespace: "test", podName, ...options });
  return {
    joinAsMember: (self, context) => {
      api.addPod(self.id, { ip: self.host });
      return inPod(self.id).joinAsMember(self, context);
    },
    joinAsClient: (context) => inPod("none").joinAsClient(context),
  };
}

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

/** The ids of the members whose pods are ready, by the API server itself. */
async function listed({ url }: FakePodApi): Promise<readonly string[]> {
  const selector = encodeURIComponent(`${label("cluster")}=${clusterName}`);
  const response = await fetch(`${url}/api/v1/namespaces/test/pods?labelSelector=${selector}`);
  const pods = listOf(await response.json(), "items");
  const ready = pods.filter((pod) =>
    listOf(fieldOf(pod, "status"), "containerStatuses").every((each) => fieldOf(each, "ready") === true),
  );
  const labels = ready.map((pod) => fieldOf(fieldOf(pod, "metadata"), "labels"));
  return labels.map((each) => textOf(each, label("member-id"))).toSorted();
}

async function takeLabelsOff(api: FakePodApi, podName: string): Promise<void> {
  const labels = Object.fromEntries(Object.keys(api.labels(podName)).map((name) => [name, null]));
  await fetch(`${api.url}/api/v1/namespaces/test/pods/${podName}`, {
    method: "PATCH",
    headers: { "Content-Type": "application/merge-patch+json" },
    body: JSON.stringify({ metadata: { labels } }),
  });
}

interface Joined {
  readonly observed: ObservedMembers;
  readonly session: ProviderSession;
}

async function join(
  id: string,
  { api, ...options }: KubernetesProviderOptions & { readonly api: FakePodApi },
): Promise<Joined> {
  const observed = new ObservedMembers(clusterName);
  const self: Member = { id, host: "127.0.0.1", port: 9_000, kinds: [], dialect: "ts-grain" };
  const session = await createInPods(api, options).joinAsMember(self, observed.context);
  return { observed, session };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
const quick = { refreshMs: 200, settleMs: 1_500 };

describe("with an API server that fails", () => {
  test.concurrent.for(providerFaultCases)("$name", { timeout: 60_000 }, async ({ run }, { annotate }) => {
    await using server = await FakePodApi.start();
    await using kubelet = await Kubelet.start(server);
    await run({
      server,
      clusterName,
      createProvider: (options) => createInPods(server, options),
      listed: () => listed(server),
      remove: (id) => takeLabelsOff(server, id),
      memberProgram: (id) => {
        server.addPod(id, { ip: "127.0.0.1" });
        return { path: memberProgram, args: [server.url, `${kubelet.port}`, clusterName, id] };
      },
      report: annotate,
    });
  });

  test.concurrent("a server that is away, with all connections refused, loses nobody; who died meanwhile is gone when it is back and has settled", async () => {
    await using api = await FakePodApi.start();
    const [alice, bob, carol] = [
      await join("alice", { api, ...quick }),
      await join("bob", { api, ...quick }),
      await join("carol", { api, ...quick }),
    ];
    for (const { observed } of [alice, bob]) await observed.untilIds("alice", "bob", "carol");
    await api.kill();
    await carol.session.abandon();
    api.setReady("carol", "not ready");
    await sleep(5_000);
    await api.restart();
    await sleep(quick.settleMs / 2);
    const settling = [alice, bob].map(({ observed: { history } }) => history.at(-1)?.toSorted());
    expect(settling).toEqual(Array(2).fill(["alice", "bob", "carol"]));
    for (const { observed } of [alice, bob]) {
      await observed.untilIds("alice", "bob");
      const complete = observed.history.findIndex((ids) => ids.length === 3);
      expect(observed.history.slice(complete).map(({ length }) => length)).toEqual([3, 2]);
    }
    for (const { session } of [alice, bob]) await session.leave();
    expect(await listed(api)).toEqual([]);
  });

  test.concurrent.for([
    { name: "accepts connections and answers nothing", fail: async (api: FakePodApi) => api.freeze() },
    { name: "is not there", fail: (api: FakePodApi) => api.kill() },
  ])(
    "nobody joins while the API server $name, and it is said within the time for joining",
    async ({ fail }) => {
      await using api = await FakePodApi.start();
      await fail(api);
      const startedMs = performance.now();
      const joining = join("alice", { api, joinTimeoutMs: 1_000, leaveTimeoutMs: 500 });
      await expect(joining).rejects.toMatchObject({ code: "provider_unavailable" });
      expect(performance.now() - startedMs).toBeLessThan(3_000);
    },
  );

  test.concurrent("labels that a server carries out late, after they were given up, undo nothing that was written since", async () => {
    await using api = await FakePodApi.start();
    let patches = 0;
    // The server hangs when it is about to be told of the leave.
    const kubeConfig = new TellingConfig(api.url, () => {
      if (++patches === 2) api.freeze();
    });
    const options = { ...quick, server: undefined, kubeConfig, leaveTimeoutMs: 500 };
    const first = await join("alice", { api, ...options });
    await first.session.leave();
    expect(first.observed.logger.at("warn")).toEqual([
      "deregistering failed; the registration is left to lapse",
    ]);
    const patched = api.requests.filter((request) => request.startsWith("PATCH")).length;
    // Somebody else writes to the pod before the server goes on.
    api.setReady("alice", "not ready");
    api.setReady("alice", "ready");
    api.thaw();
    await vi.waitFor(() =>
      expect(api.requests.filter((request) => request.startsWith("PATCH")).length).toBe(patched + 1),
    );
    expect(api.labels("alice")).toMatchObject({ [label("member-id")]: "alice" });
  });
});
