import { clusterProviderCases, freePorts } from "@ts-grain/cluster/testing";
import { test } from "vitest";
import { AutoManagedProvider } from "./index.ts";

test.each(clusterProviderCases)("$name", async ({ run }) => {
  const ports = [...(await freePorts(4))];
  const hosts = ports.map((port) => `127.0.0.1:${port}`);
  const createProvider = () => new AutoManagedProvider({ hosts, port: ports.pop()!, pollMs: 50 });
  await run({ createProvider, clusterName: "conformance" });
});
