import type { Clock } from "@ts-grain/actor";
import { VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { SignsOfLife } from "./signs-of-life.ts";

/** A watch over somebody who answers, or does not. */
function watch(virtual = new VirtualClock(), clock: Clock = virtual) {
  const seen = { asked: 0, silentAtMs: undefined as number | undefined };
  let isAlive = true;
  let isShown = false;
  const signs = new SignsOfLife({
    clock,
    ask: (answered) => {
      seen.asked++;
      if (isAlive) answered();
    },
    hasShown: () => isShown,
    onSilence: () => {
      seen.silentAtMs = clock.nowMs();
    },
  });
  signs.start();
  const die = (): void => {
    isAlive = false;
  };
  const show = (is: boolean): void => {
    isShown = is;
  };
  return { clock: virtual, seen, signs, die, show };
}

test("who answers is asked twice a second and never given up", async () => {
  const { clock, seen } = watch();
  await clock.advance(60_000);
  expect(seen).toEqual({ asked: 120, silentAtMs: undefined });
});

test.for([0, 1, 250, 499, 500, 999])(
  "who dies %i ms after a look is given up within 2.85 s of the last sign of life, and not before 2.35",
  async (lateMs) => {
    const { clock, seen, signs, die } = watch();
    await clock.advance(10_000 + lateMs);
    die();
    signs.heard();
    const lastMs = clock.nowMs();
    await clock.advance(2_349);
    expect(seen.silentAtMs).toBeUndefined();
    await clock.advance(501);
    expect(seen.silentAtMs! - lastMs).toBeGreaterThanOrEqual(2_350);
    expect(seen.silentAtMs! - lastMs).toBeLessThanOrEqual(2_850);
  },
);

test("who does not answer is not given up as long as it shows otherwise that it lives, and within 2.85 s after that", async () => {
  const { clock, seen, die, show } = watch();
  die();
  show(true);
  await clock.advance(60_000);
  expect(seen.silentAtMs).toBeUndefined();
  show(false);
  await clock.advance(2_850);
  expect(seen.silentAtMs! - 60_000).toBeGreaterThanOrEqual(2_350);
});

test("nobody is asked or given up once the watch is over", async () => {
  const { clock, seen, signs, die } = watch();
  die();
  await clock.advance(1_200);
  signs.stop();
  await clock.advance(10_000);
  expect(seen).toEqual({ asked: 1, silentAtMs: undefined });
  expect(clock.scheduled).toBe(0);
});

test("who stands still for less than 2.35 s is not given up, whenever that begins", async () => {
  for (let beginMs = 0; beginMs < 1_000; beginMs += 50) {
    const { clock, seen, signs, die } = watch();
    await clock.advance(10_000 + beginMs);
    die();
    await clock.advance(2_300);
    signs.heard();
    expect(seen.silentAtMs).toBeUndefined();
  }
});

test("who answered while we stood still ourselves is not given up for it, however long that was", async () => {
  const virtual = new VirtualClock();
  let stoodStillMs = 0;
  const clock: Clock = {
    nowMs: () => virtual.nowMs() + stoodStillMs,
    schedule: (delayMs, callback) => virtual.schedule(delayMs, callback),
  };
  const { seen, signs, die } = watch(virtual, clock);
  die();
  for (let stall = 0; stall < 20; stall++) {
    stoodStillMs += 60_000;
    await virtual.advance(500);
    // What had arrived is read in the turn after the late look.
    if (stall % 4 === 3) signs.heard();
  }
  expect(seen.silentAtMs).toBeUndefined();
});
