import { test } from "vitest";
import { clusterProviderCases } from "../testing/cluster-provider-cases.ts";
import { InProcessProvider } from "./in-process-provider.ts";

test.each(clusterProviderCases)("$name", async ({ run }) => {
  const provider = new InProcessProvider();
  await run({ createProvider: () => provider, clusterName: "conformance" });
});
