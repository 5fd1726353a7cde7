import { Rendezvous } from "@ts-grain/cluster";
import { InMemoryCluster } from "@ts-grain/cluster/testing";
import { expect, test } from "vitest";
import { getWitnessGrainClient } from "../../src/gen/faults/v1/witness_grain.ts";
import { byNight, lamps } from "../../src/rig/case.ts";
import { Tally } from "./counters.ts";

test("R4 a kind that only a newer member hosts is served as soon as that one is there, and no more when it has left", async () => {
  const tally = new Tally();
  const kinds = [[], [], [tally.kind()]];
  const cluster = await InMemoryCluster.start({ kinds: () => kinds.shift() ?? [], members: 2 });
  await using _ = cluster;
  const [old] = cluster.members;
  const bump = (timeoutMs: number) => getWitnessGrainClient(old!, "kitchen").bump({}, { timeoutMs });
  const startedMs = cluster.clock.nowMs();
  await expect(cluster.settle(bump(10_000))).rejects.toMatchObject({ code: "no_member" });
  expect(cluster.clock.nowMs() - startedMs).toBeLessThanOrEqual(1_000);
  const waiting = bump(10_000);
  await cluster.clock.advance(500);
  const newer = await cluster.addMember();
  const joinedMs = cluster.clock.nowMs();
  expect(await cluster.settle(waiting)).toMatchObject({ process: newer.system.address });
  expect(cluster.clock.nowMs() - joinedMs).toBeLessThan(100);
  await cluster.settle(newer.shutdown());
  const leftMs = cluster.clock.nowMs();
  await expect(cluster.settle(bump(10_000))).rejects.toMatchObject({ code: "no_member" });
  expect(cluster.clock.nowMs() - leftMs).toBeLessThanOrEqual(1_000);
});

test("R5 scaling from one to five members and back under load fails no call, and no grain is ever active twice", {
  timeout: 300_000,
}, async () => {
  const tally = new Tally();
  const cluster = await InMemoryCluster.start({
    kinds: () => [tally.kind()],
    network: { delayMs: { min: 0, max: 3 } },
  });
  await using _ = cluster;
  const client = await cluster.addClient();
  const identities = lamps(50);
  let isOver = false;
  let made = 0;
  const failed: unknown[] = [];
  const load = async (): Promise<void> => {
    const calls: Promise<unknown>[] = [];
    while (!isOver) {
      const identity = identities[made % identities.length]!;
      const sequence = made++;
      calls.push(
        getWitnessGrainClient(client, identity)
          .bump({ sequence })
          .catch((error: unknown) => failed.push(error)),
      );
      await new Promise<void>((resolve) => void cluster.clock.schedule(3, resolve));
    }
    await Promise.all(calls);
  };
  const loading = load();
  const members = [...cluster.members];
  for (let cycle = 0; cycle < byNight(2, 10); cycle++) {
    while (members.length < 5) {
      members.push(await cluster.settle(cluster.addMember()));
      await cluster.clock.advance(300);
    }
    while (members.length > 1) {
      await cluster.settle(members.shift()!.shutdown());
      await cluster.clock.advance(300);
    }
  }
  isOver = true;
  await cluster.settle(loading);
  expect(failed).toEqual([]);
  expect(tally.twice).toEqual([]);
  const handled = [...tally.handled.values()];
  expect(handled.flat()).toHaveLength(made);
  for (const sequences of handled) expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
});

test("R5 a member that joins takes grains only from the others, and about its share", () => {
  const addresses = Array.from({ length: 6 }, (_address, index) => `127.0.0.1:${8_001 + index}`);
  const members = addresses.map((address, index) => ({
    id: `member-${index}`,
    host: "127.0.0.1",
    port: Number(address.split(":")[1]),
    kinds: ["Witness"],
    dialect: "ts-grain" as const,
  }));
  const identities = lamps(byNight(100_000, 1_000_000));
  for (let count = 1; count <= 5; count++) {
    const before = new Rendezvous(members.slice(0, count));
    const after = new Rendezvous(members.slice(0, count + 1));
    let moved = 0;
    for (const identity of identities) {
      const target = { kind: "Witness", identity };
      const owner = before.ownerOf(target);
      const next = after.ownerOf(target);
      if (next !== owner && next !== addresses[count])
        throw new Error(`${identity} moved between members that stayed`);
      if (next !== owner) moved++;
    }
    // The hash is Proto.Actor Go's, which does not spread evenly.
    expect(moved / identities.length).toBeLessThan(0.6);
  }
});
