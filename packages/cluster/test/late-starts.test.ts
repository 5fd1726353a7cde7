import { expect, test } from "vitest";
import type { Cluster } from "../src/index.ts";
import { InMemoryCluster } from "../src/testing/index.ts";
import { getWitnessGrainClient } from "./gen/witness_grain.ts";
import { Testimony } from "./witness-grain.ts";

const lamps = Array.from({ length: 30 }, (_identity, index) => `lamp-${index}`);

/** A member whose grains come to life one after the other and take 800 ms each, a client, and what both have seen. */
async function start() {
  const testimony = new Testimony();
  const kinds = () => [testimony.kind({ maxConcurrentActivations: 1 })];
  const cluster = await InMemoryCluster.start({ kinds, members: 1 });
  testimony.beforeActivation = () => new Promise((resolve) => void cluster.clock.schedule(800, resolve));
  const [member] = cluster.members as [Cluster];
  return { testimony, cluster, callers: { member, client: await cluster.addClient() } };
}

/** Calls all of them, and says how each call ended. */
function callAll(caller: Cluster, options: { readonly timeoutMs: number; readonly signal?: AbortSignal }) {
  return Promise.all(
    lamps.map((lamp) =>
      getWitnessGrainClient(caller, lamp)
        .bump({}, options)
        .then(
          () => "ok",
          () => "failed",
        ),
    ),
  );
}

test.each(["member", "client"] as const)(
  "what waits for its slot until nobody waits for it any more is not loaded, when the %s has called",
  async (who) => {
    const { testimony, cluster, callers } = await start();
    await using _ = cluster;
    const ends = await cluster.settle(callAll(callers[who], { timeoutMs: 3_000 }));
    expect(ends.filter((end) => end === "ok")).toHaveLength(3);
    await cluster.clock.advance(30_000);
    // Those that answered, and the one that was under way.
    expect(testimony.sightings.filter(({ what }) => what === "activated")).toHaveLength(4);
    expect(callers.member.stats.activations).toBe(4);
    // Whoever calls one of the others again has it at once.
    const beganMs = cluster.clock.nowMs();
    await cluster.settle(getWitnessGrainClient(callers[who], "lamp-29").bump({}));
    expect(cluster.clock.nowMs() - beganMs).toBeLessThan(900);
  },
);

test.each(["member", "client"] as const)(
  "what waits for its slot is not loaded when the %s that called it has cancelled",
  async (who) => {
    const { testimony, cluster, callers } = await start();
    await using _ = cluster;
    const cancel = new AbortController();
    const calls = callAll(callers[who], { timeoutMs: 60_000, signal: cancel.signal });
    await cluster.clock.advance(2_000);
    cancel.abort();
    await cluster.settle(calls);
    await cluster.clock.advance(60_000);
    expect(testimony.contexts).toHaveLength(3);
  },
);

test("a grain that waited for its slot is loaded for the one call for which somebody waits still, and handles no other", async () => {
  const { testimony, cluster, callers } = await start();
  await using _ = cluster;
  const hasty = callAll(callers.client, { timeoutMs: 1_000 });
  await cluster.clock.advance(10);
  const patient = lamps.map((lamp) =>
    getWitnessGrainClient(callers.member, lamp).bump({}, { timeoutMs: 60_000 }),
  );
  const answers = await cluster.settle(Promise.all(patient));
  const inTime = (await cluster.settle(hasty)).filter((end) => end === "ok").length;
  expect(answers).toHaveLength(30);
  expect(inTime).toBeLessThan(3);
  expect(testimony.sightings.filter(({ what }) => what === "activated")).toHaveLength(30);
  expect(testimony.sightings.filter(({ what }) => what === "bumped")).toHaveLength(30 + inTime);
});

test("a grain that waits for its slot is loaded for who has only asked where it is", async () => {
  const { testimony, cluster, callers } = await start();
  await using _ = cluster;
  const places = lamps.slice(0, 5).map((identity) => callers.client.locate({ kind: "Witness", identity }));
  await cluster.settle(Promise.all(places));
  await cluster.clock.advance(10_000);
  expect(testimony.sightings.filter(({ what }) => what === "activated")).toHaveLength(5);
});

test("a message that is no call has a grain loaded that waited for its slot", async () => {
  const { testimony, cluster, callers } = await start();
  await using _ = cluster;
  const { member } = callers;
  const ends = callAll(member, { timeoutMs: 900 });
  const pid = await cluster.settle(member.locate({ kind: "Witness", identity: "lamp-9" }));
  member.system.root.send(pid, "hello");
  await cluster.settle(ends);
  await cluster.clock.advance(30_000);
  expect(testimony.messages).toEqual(["hello"]);
  expect(testimony.count("activated", "lamp-9")).toBe(1);
  expect(testimony.count("activated", "lamp-10")).toBe(0);
});

test("a grain that is stopped while it waits for its slot leaves that to the next", async () => {
  const { cluster, callers } = await start();
  await using _ = cluster;
  const { member } = callers;
  const call = (lamp: string) => getWitnessGrainClient(member, lamp).bump({}, { timeoutMs: 60_000 });
  const beganMs = cluster.clock.nowMs();
  const first = call("lamp-1");
  await cluster.clock.advance(10);
  const pid = await cluster.settle(member.locate({ kind: "Witness", identity: "lamp-2" }));
  await cluster.clock.advance(10);
  const third = call("lamp-3");
  await cluster.clock.advance(10);
  member.system.root.stop(pid);
  await cluster.settle(Promise.all([first, third]));
  expect(cluster.clock.nowMs() - beganMs).toBeLessThan(1_700);
});
