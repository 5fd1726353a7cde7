import { quietLogger } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { JumpingClock } from "../../test/jumping-clock.ts";
import { StallWatch } from "./stall-watch.ts";

test("that the process stood still for a second and more is counted and logged, and nothing else is", async () => {
  const clock = new JumpingClock();
  const lines: unknown[] = [];
  const watch = new StallWatch({
    clock,
    logger: { ...quietLogger, warn: (fields, message) => void lines.push([fields, message]) },
  });
  watch.start();
  await clock.virtual.advance(10_000);
  clock.jump(900);
  await clock.virtual.advance(10_000);
  expect(watch.counts).toEqual({ count: 0, longestMs: 0 });
  clock.jump(5_000);
  await clock.virtual.advance(10_000);
  clock.jump(2_000);
  await clock.virtual.advance(10_000);
  expect(watch.counts).toEqual({ count: 2, longestMs: 5_000 });
  expect(lines).toEqual([5_000, 2_000].map((forMs) => [{ forMs }, expect.stringContaining("stood still")]));
});

test("who has stopped watching notices nothing", async () => {
  const clock = new JumpingClock();
  const watch = new StallWatch({ clock, logger: quietLogger });
  watch.start();
  watch.stop();
  clock.jump(60_000);
  await clock.virtual.advance(10_000);
  expect(watch.counts.count).toBe(0);
});
