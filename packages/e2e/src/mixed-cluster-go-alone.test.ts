import { setTimeout as sleep } from "node:timers/promises";
import { ConsulServer } from "@ts-grain/cluster-consul/testing";
import { expect, test } from "vitest";
import { buildGoClusterMember, findServer } from "./mixed-cluster-build.ts";
import { MixedCluster } from "./mixed-cluster-rig.ts";

const isNightly = process.env["TS_GRAIN_NIGHTLY"] === "true";
const program = isNightly && buildGoClusterMember() ? findServer("consul") : undefined;
const busy = Array.from({ length: 200 }, (_identity, index) => `counter-${index}`);

// What the version of Proto.Actor Go that is pinned must do by itself, before anything can be said of clusters of both languages.
test.skipIf(program === undefined)(
  "members in Go alone stay when one is killed under load",
  async () => {
    await using consul = await ConsulServer.start(program);
    const directory = { provider: "consul", at: new URL(consul.address).host } as const;
    await using cluster = await MixedCluster.start(directory, ["go", "go", "go", "go"]);
    const [victim, ...others] = cluster.members;
    await cluster.underLoad(others, { identities: busy, everyMs: 10 }, async () => {
      await sleep(500);
      await victim!.kill();
      // Longer than Go's callers wait for the dead one, and than Consul waits for who is silent meanwhile.
      await sleep(12_000);
    });
    expect(cluster.members).toEqual(others);
    await cluster.agreed({ withinMs: 1 });
  },
  60_000,
);
