import { expect, test } from "vitest";
import { seededRandom, systemRandom } from "./random.ts";

test("the same seed gives the same numbers, another seed gives others", () => {
  const take = (seed: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 100 }, () => random.next());
  };
  expect(take(1)).toEqual(take(1));
  expect(take(1)).not.toEqual(take(2));
});

test.each([
  ["seeded", seededRandom(3)],
  ["system", systemRandom],
])("%s numbers fill the range from 0 to 1", (_name, random) => {
  const numbers = Array.from({ length: 10_000 }, () => random.next());
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  expect(numbers.reduce((sum, number) => sum + number) / numbers.length).toBeCloseTo(0.5, 1);
});
