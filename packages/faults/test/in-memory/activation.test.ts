import { VirtualClock } from "@ts-grain/actor/testing";
import { ClusterError } from "@ts-grain/cluster";
import { InMemoryCluster } from "@ts-grain/cluster/testing";
import { expect, test } from "vitest";
import { getWitnessGrainClient } from "../../src/gen/faults/v1/witness_grain.ts";
import { byNight } from "../../src/rig/case.ts";
import { hostileIdentities, isRefused } from "../hostile-identities.ts";
import { Tally } from "./counters.ts";

/** @param loadMs milliseconds that each activation takes to load its state */
async function start(members: number, loadMs = 0) {
  const tally = new Tally();
  const network = { delayMs: { min: 0, max: 5 } };
  const clock = new VirtualClock();
  const load = () => new Promise<void>((resolve) => void clock.schedule(loadMs, resolve));
  const kinds = () => [tally.kind({}, loadMs > 0 ? load : undefined)];
  const cluster = await InMemoryCluster.start({ kinds, members, network, clock });
  return { tally, cluster };
}

test("A11 a thousand first calls at once from three members reach one activation", async () => {
  const { cluster, tally } = await start(3);
  await using _ = cluster;
  const calls = Array.from({ length: 1_000 }, (_call, index) =>
    getWitnessGrainClient(cluster.members[index % 3]!, "kitchen").bump({}),
  );
  const answers = await cluster.settle(Promise.all(calls));
  expect(tally.activated.get("kitchen")).toBe(1);
  expect(new Set(answers.map(({ count }) => count)).size).toBe(1_000);
});

test(`A12 of ${hostileIdentities.length} hostile identities each is refused with one error or is a grain of its own`, async () => {
  const { cluster, tally } = await start(3);
  await using _ = cluster;
  const outcomes = new Map<string, string>();
  for (const identity of hostileIdentities) {
    const bump = getWitnessGrainClient(cluster.members[0]!, identity).bump({});
    const outcome = await cluster.settle(
      bump.then(
        ({ activation, count }) => `${activation} ${count}`,
        (error: unknown) => (ClusterError.is(error) ? error.code : String(error)),
      ),
    );
    outcomes.set(identity, outcome);
  }
  const refused = [...outcomes]
    .filter(([, outcome]) => outcome === "invalid_options")
    .map(([identity]) => identity);
  expect(refused).toEqual(hostileIdentities.filter(isRefused));
  for (const [identity, outcome] of outcomes) {
    if (!refused.includes(identity)) expect(outcome).toBe(`${identity}#1 1`);
  }
  // Every one that was taken is a grain of its own, and the others never came to life.
  expect([...tally.handled.keys()].toSorted()).toEqual(
    [...outcomes.keys()].filter((identity) => !refused.includes(identity)).toSorted(),
  );
});

test("B7 when the owner of thousands of grains dies, each is activated once, 64 at a time, and all are served soon", {
  timeout: 120_000,
}, async () => {
  const { cluster, tally } = await start(3, 10);
  await using _ = cluster;
  const client = await cluster.addClient();
  const [victim] = cluster.members;
  const identities = Array.from({ length: byNight(3_000, 30_000) }, (_identity, index) => `lamp-${index}`);
  const bumpAll = async (wanted: readonly string[]) =>
    Promise.all(
      wanted.map(async (identity) => ({
        identity,
        ...(await getWitnessGrainClient(client, identity).bump({})),
      })),
    );
  const before = await cluster.settle(bumpAll(identities));
  const lost = before
    .filter(({ process }) => process === victim!.system.address)
    .map(({ identity }) => identity);
  const startedMs = cluster.clock.nowMs();
  await cluster.settle(victim!.kill());
  const after = await cluster.settle(bumpAll(lost.slice(0, byNight(1_000, 10_000))));
  expect(lost.length).toBeGreaterThan(identities.length / 5);
  expect(after.every(({ process }) => process !== victim!.system.address)).toBe(true);
  expect(after.every(({ identity }) => tally.activated.get(identity) === 2)).toBe(true);
  expect(tally.mostLoading).toBe(64);
  expect(cluster.clock.nowMs() - startedMs).toBeLessThan(2_000);
});
