import { expect, test } from "vitest";
import { type Cluster, type Member, Rejoined } from "../src/index.ts";
import { InMemoryCluster, type InMemoryClusterOptions } from "../src/testing/index.ts";
import { getWitnessGrainClient } from "./gen/witness_grain.ts";
import { Testimony } from "./witness-grain.ts";

const identities = Array.from({ length: 40 }, (_identity, index) => `lamp-${index}`);

async function start(options: Partial<InMemoryClusterOptions> = {}) {
  const testimony = new Testimony();
  const cluster = await InMemoryCluster.start({ kinds: () => [testimony.kind()], members: 3, ...options });
  return { testimony, cluster };
}

async function bumpAll(cluster: InMemoryCluster, caller: Cluster) {
  return cluster.settle(
    Promise.all(identities.map((identity) => getWitnessGrainClient(caller, identity).bump({}))),
  );
}

function rejoined({ system }: Cluster): Promise<Rejoined> {
  return new Promise((resolve) => {
    system.eventStream.subscribe((event) => event instanceof Rejoined && resolve(event));
  });
}

function idsSeenBy({ members }: Cluster): string[] {
  return members.topology.members.map(({ id }) => id);
}

test.each([
  ["the provider tells it", true],
  ["it hears from the others", false],
])("a member that was let go ends its grains and comes back under a new id: %s", async (_how, tells) => {
  const { cluster, testimony } = await start();
  await using _ = cluster;
  const [first, second, third] = cluster.members as [Cluster, Cluster, Cluster];
  await bumpAll(cluster, first);
  const hosted = testimony.sightings.filter(
    ({ what, member }) => what === "activated" && member === third.system.address,
  );
  expect(hosted.length).toBeGreaterThan(0);
  const former = third.self as Member;
  const back = rejoined(third);
  await cluster.evict(third, { tells });
  const event = await cluster.settle(back);
  expect(event.former).toEqual(former);
  expect(third.self).toEqual({ ...former, id: event.self.id });
  await cluster.clock.advance(1_000);
  for (const member of cluster.members) {
    expect(idsSeenBy(member)).toEqual(idsSeenBy(first));
    expect(idsSeenBy(member)).toContain(event.self.id);
    expect(idsSeenBy(member)).not.toContain(former.id);
  }
  expect(testimony.sightings.filter(({ what }) => what === "evicted")).toHaveLength(hosted.length);
  for (const caller of [first, second, third]) {
    const responses = await bumpAll(cluster, caller);
    expect(new Set(responses.map(({ member }) => member)).size).toBe(3);
  }
  expect(new Set(idsSeenBy(first)).size).toBe(3);
});

test("calls that were queued at a member that was let go are answered elsewhere, each once", async () => {
  const { cluster, testimony } = await start();
  await using _ = cluster;
  const [first, , third] = cluster.members as [Cluster, Cluster, Cluster];
  await bumpAll(cluster, first);
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  testimony.beforeBump = ({ self }) => (self.address === third.system.address ? gate : undefined);
  const before = testimony.sightings.filter(({ what }) => what === "bumped").length;
  const calls = identities.flatMap((identity) => [
    getWitnessGrainClient(third, identity).bump({}),
    getWitnessGrainClient(third, identity).bump({}),
  ]);
  await cluster.clock.advance(50);
  await cluster.evict(third);
  await cluster.clock.advance(10);
  open();
  testimony.beforeBump = () => undefined;
  await cluster.settle(Promise.all(calls));
  expect(testimony.sightings.filter(({ what }) => what === "bumped").length - before).toBe(calls.length);
});

test("a member that is let go again and again comes back more and more slowly", async () => {
  const { cluster } = await start({ members: 2 });
  await using _ = cluster;
  const second = cluster.members[1] as Cluster;
  const pausesMs: number[] = [];
  for (let round = 0; round < 6; round++) {
    const back = rejoined(second);
    const beganMs = cluster.clock.nowMs();
    await cluster.evict(second);
    await cluster.settle(back);
    pausesMs.push(cluster.clock.nowMs() - beganMs);
  }
  expect(pausesMs[0]).toBeLessThan(300);
  expect(pausesMs[5]).toBeGreaterThan(3_000);
  await cluster.clock.advance(90_000);
  const back = rejoined(second);
  const beganMs = cluster.clock.nowMs();
  await cluster.evict(second);
  await cluster.settle(back);
  expect(cluster.clock.nowMs() - beganMs).toBeLessThan(300);
});

test("a member that shuts down while it is coming back ends, and is registered nowhere", async () => {
  const { cluster } = await start({ members: 2 });
  await using _ = cluster;
  const [first, second] = cluster.members as [Cluster, Cluster];
  await cluster.evict(second);
  await cluster.settle(second.shutdown());
  await cluster.clock.advance(60_000);
  expect(idsSeenBy(first)).toEqual([first.self?.id]);
});
