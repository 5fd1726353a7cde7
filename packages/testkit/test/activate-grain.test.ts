import { GrainState } from "@ts-grain/persistence";
import { activateGrain, savedState, TestkitError, TestProbe, VirtualClock } from "@ts-grain/testkit";
import { expect, test } from "vitest";
import { getLampGrainClient, getRoomGrainClient } from "./gen/lighting/v1/lighting_grain.ts";
import { LampStateSchema } from "./gen/lighting/v1/lighting_pb.ts";
import { lampKind } from "./lamp.ts";

test("a grain answers calls as it would in a cluster, without one", async () => {
  const { kind, journal } = lampKind();
  await using lamp = await activateGrain(kind, getLampGrainClient, { identity: "kitchen" });
  expect(journal).toEqual(["activated"]);
  expect(lamp).toMatchObject({ kind: "Lamp", identity: "kitchen", isActive: true });
  expect(await lamp.client.dim({ level: 40 })).toMatchObject({ level: 40 });
  expect(await lamp.client.read({})).toMatchObject({ level: 40 });
  expect(lamp.clock.nowMs()).toBe(0);
});

test("calls take turns, across what they wait for", async () => {
  const { kind, journal } = lampKind();
  await using lamp = await activateGrain(kind, getLampGrainClient);
  const slow = lamp.client.dim({ level: 10 }, { headers: { pause: "50" } });
  const quick = lamp.client.dim({ level: 20 });
  await lamp.clock.advance(49);
  expect(journal).toEqual(["activated"]);
  await lamp.clock.advance(1);
  await Promise.all([slow, quick]);
  expect(journal).toEqual(["activated", "from 0 to 10", "from 10 to 20"]);
});

test("rpcs that the contract lets run together do", async () => {
  const { kind, journal } = lampKind();
  await using lamp = await activateGrain(kind, getLampGrainClient);
  const glowing = [lamp.client.glow({ durationMs: 100 }), lamp.client.glow({ durationMs: 10 })];
  await lamp.clock.advance(10);
  expect(journal).toEqual(["activated", "glowed"]);
  expect(await lamp.settle(Promise.all(glowing))).toMatchObject([
    { outcome: "glowed" },
    { outcome: "glowed" },
  ]);
});

test("a grain that changes its caller's message fails", async () => {
  const { kind } = lampKind();
  await using lamp = await activateGrain(kind, getLampGrainClient);
  const changed = lamp.client.dim({ level: 1, wish: { by: "caller" } });
  await expect(changed).rejects.toMatchObject({ reason: "INTERNAL", cause: expect.any(TypeError) });
});

test("what a grain throws reaches the test: as a grain error, or with its cause", async () => {
  const { kind } = lampKind();
  await using lamp = await activateGrain(kind, getLampGrainClient);
  await expect(lamp.client.dim({ level: 101 })).rejects.toMatchObject({
    reason: "OUT_OF_RANGE",
    message: "too bright",
    metadata: { most: "100" },
  });
  await expect(lamp.client.dim({ level: -1 })).rejects.toMatchObject({
    reason: "INTERNAL",
    cause: expect.objectContaining({ message: "a level is never negative" }),
  });
  expect(lamp.log.at("error")).toEqual(["a grain failed"]);
});

test("a call ends at its deadline, and the grain is told", async () => {
  const { kind, journal } = lampKind();
  await using lamp = await activateGrain(kind, getLampGrainClient);
  const glow = lamp.client.glow({ durationMs: 1_000 }, { timeoutMs: 200 });
  const failed = expect(glow).rejects.toMatchObject({ code: "outcome_unknown" });
  await lamp.clock.advance(200);
  await failed;
  expect(journal).toContain("TimeoutError");
});

test("a caller's signal reaches the grain", async () => {
  const { kind, journal } = lampKind();
  await using lamp = await activateGrain(kind, getLampGrainClient);
  const caller = new AbortController();
  const glow = lamp.client.glow({ durationMs: 1_000 }, { signal: caller.signal });
  await lamp.clock.settle();
  caller.abort();
  await expect(glow).rejects.toMatchObject({ name: "AbortError" });
  await lamp.clock.settle();
  expect(journal).toContain("AbortError");
});

test("a grain that nobody calls for its time ends, and the next call activates it anew with its state", async () => {
  const { kind, journal } = lampKind();
  await using lamp = await activateGrain(kind, getLampGrainClient);
  await lamp.client.dim({ level: 7 });
  await lamp.clock.advance(29_999);
  expect(lamp.isActive).toBe(true);
  await lamp.clock.advance(30_000 / 64 + 1);
  expect(lamp.isActive).toBe(false);
  expect(await lamp.client.read({})).toMatchObject({ level: 7 });
  expect(journal).toEqual(["activated", "from 0 to 7", "idle", "activated"]);
  expect(lamp.activations.map(({ ended }) => ended)).toEqual(["idle", undefined]);
});

test.each([undefined, "idle", "moved", "shutdown", "evicted", "failed", "stopped"] as const)(
  "a grain can be deactivated, with reason %s, and lives again with the next call",
  async (reason) => {
    const { kind, journal } = lampKind();
    await using lamp = await activateGrain(kind, getLampGrainClient);
    await lamp.deactivate(reason);
    expect(lamp.isActive).toBe(false);
    expect(() => lamp.self).toThrow(new TestkitError("not_active", "Lamp/test is not active"));
    await lamp.deactivate();
    await lamp.client.read({});
    expect(journal).toEqual(["activated", reason ?? "idle", "activated"]);
    expect(lamp.activations).toMatchObject([{ ended: reason ?? "idle" }, { ended: undefined }]);
  },
);

test("calls that were made before a deactivation are handled before it, those made during it by the next activation", async () => {
  const { kind, journal } = lampKind();
  await using lamp = await activateGrain(kind, getLampGrainClient);
  const before = lamp.client.dim({ level: 1 }, { headers: { pause: "5" } });
  await lamp.clock.settle();
  const ended = lamp.deactivate();
  await lamp.clock.settle();
  const during = lamp.client.dim({ level: 2 });
  await lamp.settle(Promise.all([before, ended, during]));
  expect(journal).toEqual(["activated", "from 0 to 1", "idle", "activated", "from 1 to 2"]);
});

test("the end of the test is the end of the grain", async () => {
  const { kind, journal } = lampKind();
  const lamp = await activateGrain(kind, getLampGrainClient);
  await lamp[Symbol.asyncDispose]();
  expect(journal).toEqual(["activated", "shutdown"]);
  await expect(lamp.client.read({})).rejects.toMatchObject({ code: "stopped" });
});

test("a grain finds the state that a test has saved for it, and a test what a grain has saved", async () => {
  const { kind, store } = lampKind();
  const place = { store, schema: LampStateSchema };
  const state = savedState(place, { level: 30 });
  await using lamp = await activateGrain(kind, getLampGrainClient, { identity: "hall", state });
  expect(await lamp.client.read({})).toMatchObject({ level: 30 });
  await lamp.client.dim({ level: 31 });
  expect((await GrainState.load(lamp, place)).value).toMatchObject({ level: 31 });
});

test("an activation that fails is what the test gets", async () => {
  const { kind } = lampKind();
  const activated = activateGrain(kind, getLampGrainClient, { identity: "broken" });
  await expect(activated).rejects.toThrow(new TypeError("the filament is broken"));
});

test("an activation that takes time gets it", async () => {
  const { kind } = lampKind();
  await using lamp = await activateGrain(kind, getLampGrainClient, { identity: "slow" });
  expect(lamp.isActive).toBe(true);
  expect(lamp.clock.nowMs()).toBeGreaterThanOrEqual(100);
});

test("messages that are no calls reach the grain in their turn, and it answers whoever sent them", async () => {
  const { kind, journal } = lampKind();
  await using lamp = await activateGrain(kind, getLampGrainClient);
  lamp.send("hello");
  const probe = new TestProbe(lamp.member.system);
  probe.request(lamp.self, "hello again");
  expect((await probe.next()).message).toBe("got it");
  expect(journal).toEqual(["activated", "message hello", "message hello again"]);
});

test("a grain whose onMessage fails starts again, as it would anywhere", async () => {
  const { kind, journal } = lampKind();
  await using lamp = await activateGrain(kind, getLampGrainClient);
  lamp.send("explode");
  await lamp.client.read({});
  expect(journal).toEqual(["activated", "failed", "activated"]);
  expect(lamp.activations.map(({ ended }) => ended)).toEqual(["failed", undefined]);
});

test("several grains under test can share a clock and a store", async () => {
  const { kind } = lampKind();
  const clock = new VirtualClock(5_000);
  await using one = await activateGrain(kind, getLampGrainClient, { identity: "one", clock });
  await using other = await activateGrain(kind, getLampGrainClient, { identity: "other", clock });
  await clock.advance(31_000);
  expect([one.isActive, other.isActive, one.clock.nowMs()]).toEqual([false, false, 36_000]);
});

test("a client of another kind is refused by name", async () => {
  const { kind } = lampKind();
  await using lamp = await activateGrain(kind, getRoomGrainClient);
  const call = lamp.client.announce({ text: "?" });
  await expect(call).rejects.toMatchObject({
    code: "wrong_client",
    message: "the client calls Room, the grain is a Lamp",
  });
});

test("a rejection that the grain lets go of is left to the test's runner", async () => {
  const { kind } = lampKind();
  const before = process.listenerCount("unhandledRejection");
  await using _ = await activateGrain(kind, getLampGrainClient);
  expect(process.listenerCount("unhandledRejection")).toBe(before);
});

test("an identity that no grain may have is refused", async () => {
  const { kind } = lampKind();
  const activated = activateGrain(kind, getLampGrainClient, { identity: "" });
  await expect(activated).rejects.toMatchObject({ code: "invalid_options" });
});
