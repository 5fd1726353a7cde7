import { expect, test } from "vitest";
import { formatNumber, formatRatio, formatSpread } from "./number-format.ts";

test.each([
  [0, "0"],
  [0.4712, "0.471"],
  [96.04, "96"],
  [999.6, "1 k"],
  [1234, "1.23 k"],
  [374_321, "374 k"],
  [999_999, "1 M"],
  [24_123_456, "24.1 M"],
])("%d is written as %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test("a spread shows the median and the extremes", () => {
  expect(formatSpread({ median: 2e6, min: 1.5e6, max: 2.25e6, runs: 5 })).toBe("2 M (1.5 M – 2.25 M)");
});

test("a single run has no extremes", () => {
  expect(formatSpread({ median: 2e6, min: 2e6, max: 2e6, runs: 1 })).toBe("2 M");
});

test("ratios from ten on have no fraction", () => {
  expect([0.696, 9.994, 57.6].map(formatRatio)).toEqual(["0.70", "9.99", "58"]);
});
