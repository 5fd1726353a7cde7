import { expect, test } from "vitest";
import { VirtualClock } from "./virtual-clock.ts";

test("callbacks come in the order of their moments, and of their scheduling within one", async () => {
  const clock = new VirtualClock();
  const seen: unknown[] = [];
  for (const [delayMs, name] of [
    [20, "c"],
    [10, "a"],
    [10, "b"],
    [0, "now"],
  ] as const) {
    clock.schedule(delayMs, () => seen.push([name, clock.nowMs()]));
  }
  await clock.advance(15);
  expect(seen).toEqual([
    ["now", 0],
    ["a", 10],
    ["b", 10],
  ]);
  expect(clock.nowMs()).toBe(15);
  expect(clock.scheduled).toBe(1);
});

test("what a callback schedules within the time comes, and work settles in between", async () => {
  const clock = new VirtualClock(1_000);
  const seen: number[] = [];
  clock.schedule(10, () => {
    void Promise.resolve()
      .then(() => Promise.resolve())
      .then(() => clock.schedule(5, () => seen.push(clock.nowMs())));
  });
  await clock.advance(20);
  expect(seen).toEqual([1_015]);
});

test("a cancelled callback does not come", async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const timer = clock.schedule(10, () => seen.push("cancelled"));
  clock.schedule(5, () => timer.cancel());
  await clock.advance(10);
  expect(seen).toEqual([]);
});
