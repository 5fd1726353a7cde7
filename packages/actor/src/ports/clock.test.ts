import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "./clock.ts";

const day = 24 * 60 * 60 * 1_000;

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

test("the system clock keeps delays that are longer than a platform timer's", () => {
  const seen: string[] = [];
  systemClock.schedule(60 * day, () => seen.push("after two months"));
  systemClock.schedule(Number.POSITIVE_INFINITY, () => seen.push("never"));
  vi.advanceTimersByTime(60 * day - 1);
  expect(seen).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(seen).toEqual(["after two months"]);
  vi.advanceTimersByTime(1_000 * day);
  expect(seen).toHaveLength(1);
});

test.each([10, 60 * day])("a delay of %d ms can be cancelled at any time", (delayMs) => {
  const seen: string[] = [];
  const early = systemClock.schedule(delayMs, () => seen.push("early"));
  const late = systemClock.schedule(delayMs, () => seen.push("late"));
  early.cancel();
  vi.advanceTimersByTime(delayMs - 1);
  late.cancel();
  vi.advanceTimersByTime(delayMs);
  expect(seen).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
