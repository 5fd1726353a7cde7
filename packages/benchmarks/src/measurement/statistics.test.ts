import { expect, test } from "vitest";
import { percentileOf, spreadOf } from "./statistics.ts";

test("the median of an odd number of values is the middle one", () => {
  expect(spreadOf([10, 9, 100])).toEqual({ median: 10, min: 9, max: 100, runs: 3 });
});

test("the median of an even number of values lies between the middle two", () => {
  expect(spreadOf([4, 1, 2, 100])).toEqual({ median: 3, min: 1, max: 100, runs: 4 });
});

test("the values stay in their order", () => {
  const values = [3, 1, 2];
  spreadOf(values);
  expect(values).toEqual([3, 1, 2]);
});

test("a percentile is the value at the nearest rank", () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([0, 0.5, 0.99, 1].map((share) => percentileOf(values, share))).toEqual([1, 50, 99, 100]);
});

test("there are no statistics of nothing", () => {
  expect(() => spreadOf([])).toThrow(RangeError);
  expect(() => percentileOf([], 0.5)).toThrow(RangeError);
});
