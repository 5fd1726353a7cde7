import { expect, test } from "vitest";
import type { Cluster } from "../src/index.ts";
import { InMemoryCluster } from "../src/testing/index.ts";
import { getWitnessGrainClient } from "./gen/witness_grain.ts";
import { Testimony } from "./witness-grain.ts";

/** Two members, and the witness "kitchen" as the one calls it that does not own it. */
async function start() {
  const testimony = new Testimony();
  const cluster = await InMemoryCluster.start({ kinds: () => [testimony.kind()], members: 2 });
  const pid = await cluster.settle(cluster.members[0]!.locate({ kind: "Witness", identity: "kitchen" }));
  const owner = cluster.memberAt(pid.address);
  const caller = cluster.members.find((member) => member !== owner)!;
  const bump = (member: Cluster, timeoutMs: number) =>
    getWitnessGrainClient(member, "kitchen")
      .bump({}, { timeoutMs })
      .catch((error: { code: string }) => error.code);
  await cluster.settle(bump(caller, 5_000));
  return { cluster, testimony, owner, caller, bump };
}

test("a call from another process whose time is over when its turn comes is not handled", async () => {
  const { cluster, testimony, owner, caller, bump } = await start();
  await using _ = cluster;
  testimony.beforeBump = () => new Promise((resolve) => void cluster.clock.schedule(2_000, resolve));
  const calls = [bump(caller, 5_000), bump(caller, 1_000), bump(caller, 5_000)];
  const answers = await cluster.settle(Promise.all(calls));
  expect(answers).toEqual([
    expect.objectContaining({ count: 2 }),
    "outcome_unknown",
    expect.objectContaining({ count: 3 }),
  ]);
  expect(owner.stats.unstarted).toEqual({ expired: 1, cancelled: 0 });
  expect(caller.stats.unstarted).toEqual({ expired: 0, cancelled: 0 });
});

test("a call that waited for a connection for longer than it had time is not handled", async () => {
  const { cluster, testimony, owner, caller, bump } = await start();
  await using _ = cluster;
  cluster.network.cut(caller.system.address, owner.system.address);
  const calls = [bump(caller, 300), bump(caller, 5_000)];
  await cluster.clock.advance(600);
  cluster.network.heal(caller.system.address, owner.system.address);
  expect(await cluster.settle(Promise.all(calls))).toEqual([
    "outcome_unknown",
    expect.objectContaining({ count: 2 }),
  ]);
  expect(testimony.count("bumped", "kitchen")).toBe(2);
});

test("what a call calls has no more time than it has itself, the time on the way included", async () => {
  const { cluster, testimony, owner, caller, bump } = await start();
  await using _ = cluster;
  const remainingMs: number[] = [];
  testimony.beforeBump = (context) => void remainingMs.push(context.remainingMs);
  cluster.network.cut(caller.system.address, owner.system.address);
  const call = bump(caller, 5_000);
  await cluster.clock.advance(600);
  cluster.network.heal(caller.system.address, owner.system.address);
  await cluster.settle(call);
  expect(remainingMs[0]).toBeLessThan(4_425);
});
