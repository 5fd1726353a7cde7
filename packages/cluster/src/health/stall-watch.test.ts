import type { Clock, Timer } from "@ts-grain/actor";
import { quietLogger, VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { StallWatch } from "./stall-watch.ts";

/** A clock that jumps as that of a process does that stands still: what was due comes late. */
function jumpingClock() {
  const virtual = new VirtualClock();
  let jumpedMs = 0;
  const clock: Clock = {
    eventLoop: virtual.eventLoop,
    nowMs: () => virtual.nowMs() + jumpedMs,
    schedule: (delayMs: number, callback: () => void): Timer => virtual.schedule(delayMs, callback),
  };
  const jump = (ms: number): void => {
    jumpedMs += ms;
  };
  return { clock, virtual, jump };
}

test("that the process stood still for a second and more is counted and logged, and nothing else is", async () => {
  const { clock, virtual, jump } = jumpingClock();
  const lines: unknown[] = [];
  const watch = new StallWatch({
    clock,
    logger: { ...quietLogger, warn: (fields, message) => void lines.push([fields, message]) },
  });
  watch.start();
  await virtual.advance(10_000);
  jump(900);
  await virtual.advance(10_000);
  expect(watch.counts).toEqual({ count: 0, longestMs: 0 });
  jump(5_000);
  await virtual.advance(10_000);
  jump(2_000);
  await virtual.advance(10_000);
  expect(watch.counts).toEqual({ count: 2, longestMs: 5_000 });
  expect(lines).toEqual([5_000, 2_000].map((forMs) => [{ forMs }, expect.stringContaining("stood still")]));
});

test("who has stopped watching notices nothing", async () => {
  const { clock, virtual, jump } = jumpingClock();
  const watch = new StallWatch({ clock, logger: quietLogger });
  watch.start();
  watch.stop();
  jump(60_000);
  await virtual.advance(10_000);
  expect(watch.counts.count).toBe(0);
});
