import { PID } from "@ts-grain/actor";
import { expect, test } from "vitest";
import type { Cluster } from "../src/index.ts";
import { InMemoryCluster, type InMemoryClusterOptions } from "../src/testing/index.ts";
import { getWitnessGrainClient } from "./gen/witness_grain.ts";
import { Testimony } from "./witness-grain.ts";

async function start(options: Partial<InMemoryClusterOptions> = {}) {
  const testimony = new Testimony();
  const cluster = await InMemoryCluster.start({ kinds: () => [testimony.kind()], members: 3, ...options });
  return { testimony, cluster };
}

test("the stats say how calls ended, what was activated and why it ended", async () => {
  const { cluster } = await start({ members: 1 });
  await using _ = cluster;
  const member = cluster.members[0]!;
  const client = await cluster.addClient();
  const bulb = getWitnessGrainClient(client, "kitchen");
  await cluster.settle(bulb.bump({}));
  await cluster.settle(bulb.bump({}));
  await cluster.settle(bulb.fail({ reason: "NO_SUCH_BULB" }).catch(() => undefined));
  await cluster.settle(bulb.bump({}, { signal: AbortSignal.abort() }).catch(() => undefined));
  await cluster.settle(
    getWitnessGrainClient(client, "")
      .bump({}, { timeoutMs: 100 })
      .catch(() => undefined),
  );
  expect(client.stats.calls).toMatchObject({ ok: 2, grain_error: 1, aborted: 1, invalid_options: 1 });
  expect(client.stats).toMatchObject({ members: 1, activations: 0, cachedLocations: 1, retries: 0 });
  expect(member.stats).toMatchObject({ activations: 1, activated: 1, cachedLocations: 0 });
  await cluster.clock.advance(61_000);
  expect(member.stats).toMatchObject({ activations: 0, activated: 1, deactivated: { idle: 1, moved: 0 } });
  await cluster.settle(bulb.bump({}));
  expect(client.stats.retries).toBe(1);
  const before = client.stats.actors.deadLetters.not_found;
  client.system.root.send(new PID(client.system.address, "nobody"), "x");
  await cluster.settle(Promise.resolve());
  expect(client.stats.actors.deadLetters.not_found).toBe(before + 1);
});

test("a member is ready when it reaches itself and another one; a client, when it reaches one", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const client = await cluster.addClient();
  for (const process of [...cluster.members, client]) {
    expect(await cluster.settle(process.checkReadiness())).toEqual({ isReady: true, problems: [] });
  }
});

test("a lonely member is ready, and a client that finds no member is not", async () => {
  const { cluster } = await start({ members: 1 });
  await using _ = cluster;
  const [member] = cluster.members as [Cluster];
  const client = await cluster.addClient();
  expect(await cluster.settle(member.checkReadiness())).toEqual({ isReady: true, problems: [] });
  cluster.members.pop();
  await cluster.settle(member.shutdown());
  expect(await cluster.settle(client.checkReadiness())).toEqual({
    isReady: false,
    problems: ["there is no member that could be called"],
  });
  expect(await member.checkReadiness()).toEqual({ isReady: false, problems: ["this member is ending"] });
});

test("a member that reaches no other is not ready, says so within its time, and counts it", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const [first, second, third] = cluster.members as [Cluster, Cluster, Cluster];
  for (const { system } of [second, third]) cluster.network.cut(first.system.address, system.address);
  const beganMs = cluster.clock.nowMs();
  const readiness = await cluster.settle(first.checkReadiness({ timeoutMs: 300 }));
  expect(readiness.isReady).toBe(false);
  expect(readiness.problems).toHaveLength(2);
  expect(first.stats.failedProbes).toBe(2);
  expect(cluster.clock.nowMs() - beganMs).toBeLessThan(400);
});

test("one member that cannot be reached does not make the others unready", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const [first, second, third] = cluster.members as [Cluster, Cluster, Cluster];
  for (const { system } of [first, second]) cluster.network.cut(third.system.address, system.address);
  const readiness = await cluster.settle(first.checkReadiness({ timeoutMs: 300 }));
  expect(readiness).toEqual({
    isReady: true,
    problems: [expect.stringContaining(third.system.address)],
  });
});
