import { expect, test } from "vitest";
import type { GrainCallContext } from "../src/codegenv1/index.ts";
import type { Cluster } from "../src/index.ts";
import { InMemoryCluster } from "../src/testing/index.ts";
import { getWitnessGrainClient } from "./gen/witness_grain.ts";
import { Testimony } from "./witness-grain.ts";

/** Bumps that wait until they are cancelled, called from the member that hosts their grain or from another one. */
async function start(place: "here" | "elsewhere") {
  const testimony = new Testimony();
  const cluster = await InMemoryCluster.start({ kinds: () => [testimony.kind()], members: 3 });
  const home = await cluster.settle(cluster.members[0]!.locate({ kind: "Witness", identity: "kitchen" }));
  const isCaller = ({ system }: Cluster) => (system.address === home.address) === (place === "here");
  const caller = cluster.members.find(isCaller) as Cluster;
  const contexts: GrainCallContext[] = [];
  testimony.beforeBump = async (context) => {
    contexts.push(context);
    await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
  };
  return { cluster, testimony, caller, contexts };
}

test.each(["here", "elsewhere"] as const)(
  "a caller that aborts aborts the call's signal: %s",
  async (place) => {
    const { cluster, caller, contexts } = await start(place);
    await using _ = cluster;
    const controller = new AbortController();
    const { signal } = controller;
    const call = getWitnessGrainClient(caller, "kitchen").bump({}, { signal });
    await cluster.clock.advance(20);
    expect(contexts.map((context) => context.signal.aborted)).toEqual([false]);
    controller.abort(new Error("enough"));
    await expect(cluster.settle(call)).rejects.toThrow("enough");
    await cluster.clock.advance(20);
    expect(contexts.map((context) => context.signal.aborted)).toEqual([true]);
  },
);

test.each(["here", "elsewhere"] as const)(
  "a call that was cancelled before its turn is not started: %s",
  async (place) => {
    const { cluster, testimony, caller, contexts } = await start(place);
    await using _ = cluster;
    const first = new AbortController();
    const second = new AbortController();
    const bulb = getWitnessGrainClient(caller, "kitchen");
    const calls = [first, second].map(({ signal }) => bulb.bump({}, { signal }).catch(() => undefined));
    await cluster.clock.advance(20);
    second.abort();
    await cluster.clock.advance(20);
    first.abort();
    await cluster.settle(Promise.all(calls));
    await cluster.clock.advance(20);
    expect(contexts).toHaveLength(1);
    testimony.beforeBump = () => undefined;
    await cluster.settle(bulb.bump({}));
    expect(testimony.count("bumped", "kitchen")).toBe(2);
  },
);

test("a cancelled call cancels the calls that it has made, on whichever member they are", async () => {
  const { cluster, caller, contexts } = await start("elsewhere");
  await using _ = cluster;
  for (const fromActivation of [false, true]) {
    const controller = new AbortController();
    const { signal } = controller;
    const relay = getWitnessGrainClient(caller, "a").relay(
      { to: "b", path: ["c", "kitchen"], fromActivation },
      { signal },
    );
    await cluster.clock.advance(30);
    controller.abort();
    await cluster.settle(relay.catch(() => undefined));
    await cluster.clock.advance(30);
    expect(contexts.at(-1)?.identity).toBe("kitchen");
    expect(contexts.at(-1)?.signal.aborted).toBe(true);
  }
});

test("nobody can cancel the calls of another process", async () => {
  const { cluster, caller, contexts } = await start("elsewhere");
  await using _ = cluster;
  const stranger = await cluster.addClient();
  const controller = new AbortController();
  const call = getWitnessGrainClient(caller, "kitchen").bump({}, { signal: controller.signal });
  await cluster.clock.advance(20);
  // A stranger's first cancellable call has the same id as the caller's.
  const hasty = new AbortController();
  const other = getWitnessGrainClient(stranger, "kitchen").bump({}, { signal: hasty.signal });
  await cluster.clock.advance(20);
  hasty.abort();
  await cluster.settle(other.catch(() => undefined));
  await cluster.clock.advance(20);
  expect(contexts.map((context) => context.signal.aborted)).toEqual([false]);
  controller.abort();
  await cluster.settle(call.catch(() => undefined));
});
