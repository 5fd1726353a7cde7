import fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

test("the bound doubles with each attempt and stays at the longest pause", () => {
  const bounds = [1, 2, 3, 4, 5, 60].map((attempt) => backoffMs(attempt, { initialMs: 50, maxMs: 300 }, 1));
  expect(bounds).toEqual([50, 100, 200, 300, 300, 300]);
});

test("a pause is between half of its bound and all of it", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (attempt, chance) => {
        const pause = backoffMs(attempt, { initialMs: 10, maxMs: 1_000 }, chance);
        expect(pause).toBeGreaterThanOrEqual(5);
        expect(pause).toBeLessThanOrEqual(1_000);
      },
    ),
  );
});

test("chance picks from half of the bound to all of it", () => {
  const pauses = [0, 0.5, 1].map((chance) => backoffMs(3, { initialMs: 100, maxMs: 1_000 }, chance));
  expect(pauses).toEqual([200, 300, 400]);
});
