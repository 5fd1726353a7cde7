import { create } from "@bufbuild/protobuf";
import { PID, propsFromFunction, Started } from "@ts-grain/actor";
import { expect, test, vi } from "vitest";
import type { GrainCallContext } from "../src/codegenv1/index.ts";
import { CancelGrainCallSchema } from "../src/gen/tsgrain/cluster/v1/cancel_pb.ts";
import { cancellationActorId } from "../src/grain/cancellation-actor.ts";
import { Cancellations } from "../src/grain/cancellations.ts";
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
    const cancelled = cluster.members.map(({ stats }) => stats.unstarted.cancelled);
    expect(cancelled.toSorted()).toEqual([0, 0, 1]);
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

test("nobody can cancel the calls of another process, nor in its name", async () => {
  using begun = vi.spyOn(Cancellations.prototype, "begin");
  const { cluster, caller, contexts } = await start("elsewhere");
  await using _ = cluster;
  const stranger = await cluster.addClient();
  const controller = new AbortController();
  const call = getWitnessGrainClient(caller, "kitchen").bump({}, { signal: controller.signal });
  await cluster.clock.advance(20);
  const hasty = new AbortController();
  const other = getWitnessGrainClient(stranger, "kitchen").bump({}, { signal: hasty.signal });
  await cluster.clock.advance(20);
  hasty.abort();
  await cluster.settle(other.catch(() => undefined));
  // One that names the other as its sender.
  const place = await cluster.settle(stranger.locate({ kind: "Witness", identity: "kitchen" }));
  const target = new PID(place.address, cancellationActorId);
  const [, cancelId] = begun.mock.calls.find(([who]) => who?.address === caller.system.address)!;
  const forged = create(CancelGrainCallSchema, { cancelId });
  const inTheirName = new PID(caller.system.address, cancellationActorId);
  stranger.system.processes.get(target).sendUser(target, forged, inTheirName, undefined);
  await cluster.clock.advance(20);
  expect(contexts.map((context) => context.signal.aborted)).toEqual([false]);
  controller.abort();
  await cluster.settle(call.catch(() => undefined));
});

test("calls are not taken for those that an earlier process at the same address had cancelled", async () => {
  const { cluster, testimony, caller } = await start("elsewhere");
  await using _ = cluster;
  testimony.beforeBump = () => undefined;
  const { address } = await cluster.settle(caller.locate({ kind: "Witness", identity: "kitchen" }));
  // What the earlier process had cancelled as its calls had just ended: its first ones, as processes count alike.
  const earlier = propsFromFunction((context) => {
    if (!(context.message instanceof Started)) return;
    for (let cancelId = 1; cancelId <= 10; cancelId++)
      context.request(new PID(address, cancellationActorId), create(CancelGrainCallSchema, { cancelId }));
  });
  caller.system.root.spawn(earlier);
  await cluster.clock.advance(20);
  const { signal } = new AbortController();
  await cluster.settle(getWitnessGrainClient(caller, "kitchen").bump({}, { signal }));
  expect(testimony.count("bumped", "kitchen")).toBe(1);
});
