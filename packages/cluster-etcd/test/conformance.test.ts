import { clusterProviderCases } from "@ts-grain/cluster/testing";
import { EtcdProvider } from "@ts-grain/cluster-etcd";
import { EtcdServer } from "@ts-grain/cluster-etcd/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { findEtcd } from "./etcd-program.ts";

const program = findEtcd();

describe.skipIf(program === undefined)("with a real etcd", () => {
  let etcd: EtcdServer;
  beforeAll(async () => {
    etcd = await EtcdServer.start({ program });
  });
  afterAll(() => etcd[Symbol.asyncDispose]());

  test.each(clusterProviderCases.map((promise, index) => ({ ...promise, index })))(
    "$name",
    async ({ run, index }) => {
      const options = { endpoints: etcd.endpoints, ttlMs: 2_000, refreshMs: 500 };
      await run({ createProvider: () => new EtcdProvider(options), clusterName: `conformance-${index}` });
    },
  );
});
