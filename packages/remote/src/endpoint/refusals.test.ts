import { expect, test } from "vitest";
import { Refusals } from "./refusals.ts";

test("ten lines in ten seconds are granted, and the next one tells how many were kept back", () => {
  const refusals = new Refusals();
  const lines = Array.from({ length: 25 }, (_, n) => refusals.nextLine(n));
  expect(lines.filter((line) => line === 0)).toHaveLength(10);
  expect(lines.slice(10)).toEqual(new Array(15).fill(undefined));
  expect(refusals.nextLine(9_999)).toBeUndefined();
  expect([refusals.nextLine(10_000), refusals.nextLine(10_001)]).toEqual([16, 0]);
});
