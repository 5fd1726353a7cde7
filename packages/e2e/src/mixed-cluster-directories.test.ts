import { EtcdServer } from "@ts-grain/cluster-etcd/testing";
import { describe, expect, test } from "vitest";
import { buildGoClusterMember, findServer } from "./mixed-cluster-build.ts";
import { MixedCluster } from "./mixed-cluster-rig.ts";

const hasGo = buildGoClusterMember();
const etcdProgram = hasGo ? findServer("etcd") : undefined;
const identities = Array.from({ length: 200 }, (_identity, index) => `counter-${index}`);

describe.skipIf(etcdProgram === undefined)("members in Go and in TypeScript, on etcd", () => {
  test("find each other, agree on owners, call each other, and notice who leaves and who dies", {
    timeout: 60_000,
  }, async () => {
    await using etcd = await EtcdServer.start({ program: etcdProgram });
    const at = new URL(etcd.endpoints[0]!).host;
    await using cluster = await MixedCluster.start({ provider: "etcd", at });
    await expectOneCluster(cluster);
    await cluster.of("go")[1]!.shutdown();
    await cluster.agreed();
    await cluster.of("ts")[1]!.shutdown();
    await cluster.agreed();
    await expectOneCluster(cluster);
    await (await cluster.join("go")).kill();
    await (await cluster.join("ts")).kill();
    await cluster.agreed();
    await expectOneCluster(cluster);
  });
});

describe.skipIf(!hasGo)("members in Go and in TypeScript, automanaged", () => {
  test("find each other, agree on owners, call each other, and notice who leaves and who dies", {
    timeout: 60_000,
  }, async () => {
    await using cluster = await MixedCluster.startAutomanaged();
    await expectOneCluster(cluster);
    await cluster.of("go")[1]!.shutdown();
    await cluster.agreed();
    await expectOneCluster(cluster);
    await cluster.of("ts")[1]!.kill();
    await cluster.agreed();
    await expectOneCluster(cluster);
  });
});

/** Every member names the same owners, and finds every grain there. */
async function expectOneCluster(cluster: MixedCluster): Promise<void> {
  const { members } = cluster;
  const [owners, ...others] = await Promise.all(members.map((member) => member.owners(identities)));
  for (const other of others) expect(other).toEqual(owners);
  expect(new Set(owners)).toEqual(new Set(members.map(({ address }) => address)));
  for (const caller of members) {
    const calls = identities.map((identity) =>
      caller.respond({ identity, method: "add", request: { by: "1" } }),
    );
    const places = (await Promise.all(calls)).map(({ place }) => place);
    expect(places).toMatchObject(owners!.map((member) => ({ member })));
  }
}
