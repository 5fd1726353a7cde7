import { clusterProviderCases } from "@ts-grain/cluster/testing";
import { ConsulProvider } from "@ts-grain/cluster-consul";
import { ConsulServer } from "@ts-grain/cluster-consul/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { findConsul } from "./consul-program.ts";

const program = findConsul();

describe.skipIf(program === undefined)("with a real Consul", () => {
  let consul: ConsulServer;
  beforeAll(async () => {
    consul = await ConsulServer.start(program);
  });
  afterAll(() => consul.kill());

  test.each(clusterProviderCases.map((promise, index) => ({ ...promise, index })))(
    "$name",
    async ({ run, index }) => {
      const options = { address: consul.address, ttlMs: 1_000, refreshMs: 300 };
      await run({ createProvider: () => new ConsulProvider(options), clusterName: `conformance-${index}` });
    },
  );
});
