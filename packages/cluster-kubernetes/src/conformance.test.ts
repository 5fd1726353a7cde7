import type { ClusterProvider } from "@ts-grain/cluster";
import { clusterProviderCases } from "@ts-grain/cluster/testing";
import { test } from "vitest";
import { KubernetesProvider } from "./index.ts";
import { FakePodApi } from "./testing/index.ts";

/** A provider in a pod of its own, whose containers die when the member is abandoned. */
function createInPod(api: FakePodApi, podName: string): ClusterProvider {
  api.addPod(podName, { ip: "127.0.0.1" });
  const provider = new KubernetesProvider({ server: api.url, namespace: "test", podName });
  return {
    joinAsMember: async (self, context) => {
      const session = await provider.joinAsMember(self, context);
      const abandon = async (): Promise<void> => {
        await session.abandon();
        api.setReady(podName, "not ready");
      };
      return { leave: () => session.leave(), abandon };
    },
    joinAsClient: (context) => provider.joinAsClient(context),
  };
}

test.each(clusterProviderCases)("$name", async ({ run }) => {
  await using api = await FakePodApi.start();
  let pods = 0;
  await run({ createProvider: () => createInPod(api, `pod-${pods++}`), clusterName: "conformance" });
});
