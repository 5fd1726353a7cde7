import type { Cluster } from "@ts-grain/cluster";
import { startTestCluster, type TestCluster, type TestClusterOptions } from "@ts-grain/testkit";
import { expect, test } from "vitest";
import { getLampGrainClient, getRoomGrainClient } from "./gen/lighting/v1/lighting_grain.ts";
import { lampKind } from "./lamp.ts";
import { roomKind } from "./room.ts";

async function start(options: Partial<TestClusterOptions> = {}) {
  const lamps = lampKind();
  const network = { delayMs: { min: 1, max: 5 } };
  const cluster = await startTestCluster({ kinds: [lamps.kind, roomKind], members: 3, network, ...options });
  return { cluster, ...lamps };
}

const identities = Array.from({ length: 12 }, (_identity, index) => `lamp-${index}`);

/** Dims every lamp from a member. */
function dimAll(cluster: TestCluster, caller: Cluster, level: number): Promise<unknown> {
  const calls = identities.map((identity) => getLampGrainClient(caller, identity).dim({ level }));
  return cluster.settle(Promise.all(calls));
}

function livingOn(cluster: TestCluster, member: Cluster): number {
  return cluster.activations.filter((each) => each.member === member.system.address && !each.ended).length;
}

test("grains of several members call each other", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const client = await cluster.addClient();
  const rooms = identities.map((identity) =>
    getRoomGrainClient(client, identity).dimLamp({ lamp: identity, level: 9 }),
  );
  await cluster.settle(Promise.all(rooms));
  expect(new Set(cluster.activations.map(({ member }) => member)).size).toBe(3);
  expect(cluster.activations.filter(({ kind }) => kind === "Lamp")).toHaveLength(identities.length);
});

test("what a grain throws is the cause of the error that its caller gets", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const dim = getLampGrainClient(cluster.members[0]!, "hall").dim({ level: -1 });
  await expect(cluster.settle(dim)).rejects.toMatchObject({
    reason: "INTERNAL",
    cause: expect.objectContaining({ message: "a level is never negative" }),
  });
});

test("a test knows where a grain lives", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const host = await cluster.hostOf({ kind: "Lamp", identity: "hall" });
  expect(cluster.members).toContain(host);
  expect(livingOn(cluster, host)).toBe(1);
});

test.each(["leave", "crash", "evict"] as const)(
  "when members %s, their grains live on elsewhere",
  async (what) => {
    const { cluster } = await start();
    await using _ = cluster;
    const [caller, victim] = cluster.members;
    await dimAll(cluster, caller!, 5);
    expect(livingOn(cluster, victim!)).toBeGreaterThan(0);
    await cluster[what](victim!);
    if (what !== "evict") expect(cluster.members).toHaveLength(2);
    const reads = identities.map((identity) => getLampGrainClient(caller!, identity).read({}));
    expect((await cluster.settle(Promise.all(reads))).map(({ level }) => level)).toEqual(
      identities.map(() => 5),
    );
    const lost = { leave: "moved", crash: "stopped", evict: "evicted" }[what];
    const ends = cluster.activations.flatMap(({ ended }) => ended ?? []);
    expect(new Set(ends)).toEqual(new Set([what === "leave" ? "shutdown" : lost]));
  },
);

test("a member that joins gets its share", async () => {
  const { cluster } = await start({ members: 1 });
  await using _ = cluster;
  await dimAll(cluster, cluster.members[0]!, 5);
  const second = await cluster.addMember();
  await dimAll(cluster, cluster.members[0]!, 6);
  expect(livingOn(cluster, second)).toBeGreaterThan(0);
  expect(livingOn(cluster, cluster.members[0]!)).toBeGreaterThan(0);
});

test("nothing passes between a member that is isolated and the others, until the network has healed", async () => {
  const { cluster } = await start();
  await using _ = cluster;
  const [caller, victim] = cluster.members;
  await dimAll(cluster, caller!, 5);
  const theirs = cluster.activations.find(({ member }) => member === victim!.system.address)!;
  cluster.isolate(victim!);
  const call = getLampGrainClient(caller!, theirs.identity).read({}, { timeoutMs: 1_000 });
  await expect(cluster.settle(call)).rejects.toMatchObject({
    code: expect.stringMatching(/outcome_unknown|not_delivered/),
  });
  cluster.heal();
  const later = getLampGrainClient(caller!, theirs.identity).read({}, { timeoutMs: 10_000 });
  expect(await cluster.settle(later)).toMatchObject({ level: 5 });
});

/** What a disturbed cluster goes through. */
async function endure(seed: number) {
  const { cluster } = await start({ seed });
  await using _ = cluster;
  const client = await cluster.addClient();
  const disturbance = cluster.disturb({ seed, everyMs: 300, lastsMs: 200 });
  const outcomes: string[] = [];
  for (let level = 1; level <= 30; level++) {
    await cluster.clock.advance(100);
    const lamp = getLampGrainClient(client, identities[level % identities.length]!);
    const dim = lamp.dim({ level }, { timeoutMs: 2_000 });
    outcomes.push(
      await cluster.settle(
        dim.then(
          () => "ok",
          (error: { code?: string }) => error.code ?? String(error),
        ),
      ),
    );
  }
  await cluster.settle(disturbance.stop());
  await cluster.clock.advance(3_000);
  const seen = disturbance.faults.length;
  await dimAll(cluster, client, 99);
  return { faults: disturbance.faults, seen, outcomes, members: cluster.members.length, cluster };
}

test("a cluster that is disturbed serves again, with as many members as before, once that has stopped", async () => {
  const { faults, seen, outcomes, members } = await endure(7);
  expect(new Set(faults.map(({ kind }) => kind)).size).toBeGreaterThan(2);
  expect(faults).toHaveLength(seen);
  expect(outcomes.filter((outcome) => outcome === "ok").length).toBeGreaterThan(10);
  expect(members).toBe(3);
});

test("the same seed gives the same faults, another seed others", async () => {
  const [one, again, other] = [await endure(3), await endure(3), await endure(4)];
  expect(again.faults).toEqual(one.faults);
  expect(again.outcomes).toEqual(one.outcomes);
  expect(other.faults).not.toEqual(one.faults);
});

test("each member can host kinds of its own", async () => {
  const { kind } = lampKind();
  const kinds = [[kind], [roomKind]];
  const { cluster } = await start({ kinds: () => kinds.shift() ?? [], members: 2 });
  await using _ = cluster;
  const [first, second] = cluster.members;
  expect(await cluster.hostOf({ kind: "Room", identity: "hall" })).toBe(second);
  expect(await cluster.hostOf({ kind: "Lamp", identity: "hall" })).toBe(first);
});
