import { expect, test } from "vitest";
import { GossipUpdated } from "../src/index.ts";
import { InMemoryCluster } from "../src/testing/index.ts";

test("what every member sees as the topology reaches all the others", async () => {
  await using cluster = await InMemoryCluster.start({ kinds: () => [], members: 1 });
  const heard = new Set<string>();
  cluster.members[0]!.system.eventStream.subscribe((event) => {
    if (event instanceof GossipUpdated && event.key === "topology") heard.add(event.memberId);
  });
  for (let joined = 0; joined < 6; joined++) await cluster.addMember();
  await cluster.clock.advance(5_000);
  expect(heard).toEqual(new Set(cluster.members.slice(1).map(({ system }) => system.id)));
});

test("members that only gossip with each other stay in the cluster", async () => {
  await using cluster = await InMemoryCluster.start({
    kinds: () => [],
    members: 5,
    network: { delayMs: { min: 0, max: 50 } },
  });
  await cluster.clock.advance(60_000);
  for (const { members } of cluster.members) expect(members.topology.members).toHaveLength(5);
});

test("members that cannot reach one another at all are blocked by those who see them silent", async () => {
  await using cluster = await InMemoryCluster.start({ kinds: () => [], members: 3 });
  await cluster.clock.advance(2_000);
  const [cutOff, ...others] = cluster.members;
  for (const { system } of others) cluster.network.cut(cutOff!.system.address, system.address);
  await cluster.clock.advance(25_000);
  for (const { members } of others) {
    expect(members.topology.members.map(({ id }) => id)).not.toContain(cutOff!.system.id);
    expect(members.topology.members).toHaveLength(2);
  }
});
