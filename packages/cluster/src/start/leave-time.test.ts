import { VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { LeaveTime } from "./leave-time.ts";

test("each step has its own time while there is enough for all", async () => {
  const clock = new VirtualClock();
  const time = new LeaveTime(clock, 5_000);
  expect(time.release).toEqual({ timeoutMs: 5_000 });
  expect(time.farewell).toEqual({ timeoutMs: 3_800 });
  await clock.advance(5_000);
  expect(time.farewell).toEqual({ timeoutMs: 3_800 });
  expect(time.drain).toEqual({ timeoutMs: 2_000 });
  expect(time.disconnect).toEqual({ timeoutMs: 2_500 });
  await clock.advance(2_000);
  expect(time.stop).toEqual({ timeoutMs: 2_000 });
});

test("what comes after a step that took long has what is left, and goodbyes, connections and actors a little in any case", async () => {
  const clock = new VirtualClock();
  const time = new LeaveTime(clock, 5_000);
  await clock.advance(8_500);
  const left = () =>
    [time.farewell, time.drain, time.disconnect, time.stop].map(({ timeoutMs }) => timeoutMs);
  expect(left()).toEqual([300, 500, 500, 500]);
  await clock.advance(2_000);
  expect(left()).toEqual([200, 0, 400, 200]);
});
