import { GrainError } from "@ts-grain/cluster";
import { activateGrain, fakeGrain, recordTopic } from "@ts-grain/testkit";
import { expect, expectTypeOf, test } from "vitest";
import { getLampGrainClient, getRoomGrainClient, newLampKind } from "./gen/lighting/v1/lighting_grain.ts";
import { type DimRequest, NoticeSchema } from "./gen/lighting/v1/lighting_pb.ts";
import { lampKind } from "./lamp.ts";
import { roomKind } from "./room.ts";

test("a fake answers what the grain asks, and remembers it", async () => {
  const lamps = fakeGrain(newLampKind, { dim: ({ level }) => ({ level: level + 1 }) });
  await using room = await activateGrain(roomKind, getRoomGrainClient, { fakes: [lamps] });
  expect(await room.client.dimLamp({ lamp: "left", level: 3 })).toMatchObject({ level: 4 });
  expect(await room.client.dimLamp({ lamp: "right", level: 5 })).toMatchObject({ level: 6 });
  expect(lamps.calls).toMatchObject([
    { identity: "left", rpc: "dim", request: { level: 3, wish: { by: "room" } }, headers: { by: "room" } },
    { identity: "right", rpc: "dim", request: { level: 5 } },
  ]);
});

test("a fake is typed by the contract", () => {
  const lamps = fakeGrain(newLampKind);
  const [first] = lamps.calls;
  expectTypeOf<NonNullable<typeof first>["rpc"]>().toEqualTypeOf<"read" | "dim" | "glow" | "blink">();
  if (first?.rpc === "dim") expectTypeOf(first.request).toEqualTypeOf<DimRequest>();
  // @ts-expect-error Lamps have no rpc of that name.
  fakeGrain(newLampKind, { explode: () => ({}) });
  // @ts-expect-error A level is a number.
  fakeGrain(newLampKind, { dim: () => ({ level: "high" }) });
});

test("what a fake throws reaches the grain as an error of a grain", async () => {
  const lamps = fakeGrain(newLampKind, {
    dim: () => {
      throw new GrainError("NOT_FOUND", "no such lamp");
    },
  });
  await using room = await activateGrain(roomKind, getRoomGrainClient, { fakes: [lamps] });
  const dimmed = room.client.dimLamp({ lamp: "left", level: 3 });
  await expect(dimmed).rejects.toMatchObject({ reason: "NOT_FOUND", message: "no such lamp" });
});

test("a call that a fake has no answer for fails, and says so", async () => {
  const lamps = fakeGrain(newLampKind);
  await using room = await activateGrain(roomKind, getRoomGrainClient, { fakes: [lamps] });
  const dimmed = room.client.dimLamp({ lamp: "left", level: 3 });
  await expect(dimmed).rejects.toMatchObject({
    reason: "UNIMPLEMENTED",
    message: "the fake of Lamp has no answer for dim",
  });
  expect(lamps.calls).toHaveLength(1);
});

test("a call of a kind that has no fake fails at once, and says so", async () => {
  await using room = await activateGrain(roomKind, getRoomGrainClient);
  const dimmed = room.client.dimLamp({ lamp: "left", level: 3 });
  await expect(dimmed).rejects.toMatchObject({
    reason: "INTERNAL",
    cause: {
      code: "no_fake",
      message: '"Lamp/left" was called, and the test has neither a fake nor a kind named Lamp',
    },
  });
  expect(room.clock.nowMs()).toBe(0);
});

test("calls to a fake have the time that the grain's call has left", async () => {
  const remaining: number[] = [];
  const lamps = fakeGrain(newLampKind, {
    dim: ({ level }, { remainingMs }) => {
      remaining.push(remainingMs);
      return { level };
    },
  });
  await using room = await activateGrain(roomKind, getRoomGrainClient, { fakes: [lamps] });
  await room.client.dimLamp({ lamp: "left", level: 3 }, { timeoutMs: 250 });
  expect(remaining).toEqual([250]);
});

test("a call that nobody waits for reaches its fake", async () => {
  const lamps = fakeGrain(newLampKind, { blink: () => undefined });
  await using room = await activateGrain(roomKind, getRoomGrainClient, { fakes: [lamps] });
  await room.client.blinkLamp({ lamp: "left" });
  await room.clock.settle();
  expect(lamps.calls).toMatchObject([{ identity: "left", rpc: "blink" }]);
});

test("instead of a fake a test can give the kind itself", async () => {
  const { kind, journal } = lampKind();
  await using room = await activateGrain(roomKind, getRoomGrainClient, { fakes: [kind] });
  await room.client.blinkLamp({ lamp: "left" });
  expect(await getLampGrainClient(room.member, "left").read({})).toMatchObject({
    journal: ["activated", "blinked"],
  });
  expect(journal).toEqual(["activated", "blinked"]);
});

test("what a grain publishes is recorded", async () => {
  await using room = await activateGrain(roomKind, getRoomGrainClient);
  await using notices = await recordTopic(room.member, "notices", NoticeSchema);
  await room.client.announce({ text: "dinner" });
  await room.clock.settle();
  expect(notices.messages).toMatchObject([{ text: "dinner" }]);
});
