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

/**
 * Members that join one after the other at such addresses; the percentage of all grains that moves to the second, third and so on; and by how much
 * that differs from an even share at most. The hash is Proto.Actor Go's, which mixes nothing after the last byte: addresses
 * that differ in that one only stay alike.
 */
const joins = [
  {
    where: "ports of one host",
    addresses: [8_001, 8_002, 8_003, 8_004, 8_005, 8_006].map((port) => `127.0.0.1:${port}`),
    percentages: [50, 25, 49.5, 25, 25],
    offShare: 1,
  },
  {
    where: "hosts that follow each other",
    addresses: [10, 11, 12, 13, 14, 15].map((host) => `10.0.0.${host}:8090`),
    percentages: [50, 30, 25, 22.5, 18.5],
    offShare: 0.2,
  },
  {
    where: "hosts of several networks",
    addresses: ["1.17", "2.9", "1.23", "3.4", "2.31", "3.18"].map((host) => `10.244.${host}:8090`),
    percentages: [50, 32.5, 25.5, 19.5, 16.5],
    offShare: 0.2,
  },
] as const;

for (const { where, addresses, percentages, offShare } of joins)
  test(`R5 members that join one after the other on ${where} take grains only for themselves, ${percentages.join(", ")} % of all, within ${offShare * 100} % of their share`, () => {
    const members = addresses.map((address, index) => {
      const [host, port] = address.split(":");
      return {
        id: `member-${index}`,
        host: host!,
        port: Number(port),
        kinds: ["Witness"],
        dialect: "ts-grain" as const,
      };
    });
    const targets = lamps(byNight(100_000, 1_000_000)).map((identity) => ({ kind: "Witness", identity }));
    for (const [index, percentage] of percentages.entries()) {
      const before = new Rendezvous(members.slice(0, index + 1));
      const after = new Rendezvous(members.slice(0, index + 2));
      const moved = targets.filter((target) => before.ownerOf(target) !== after.ownerOf(target));
      expect(new Set(moved.map((target) => after.ownerOf(target)))).toEqual(new Set([addresses[index + 1]]));
      const share = moved.length / targets.length;
      expect(Math.abs(share * 100 - percentage)).toBeLessThan(0.5);
      expect(Math.abs(share * (index + 2) - 1)).toBeLessThan(offShare);
    }
  });
