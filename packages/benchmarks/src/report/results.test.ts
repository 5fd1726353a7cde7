import { expect, test } from "vitest";
import type { Unit } from "../measurement/sample.ts";
import { summarise } from "./results.ts";

const run = (workload: string, subject: string, ...samples: readonly [Unit, number][]) => ({
  workload,
  subject,
  samples: samples.map(([unit, value]) => ({ unit, value })),
});

test("there is one row for each workload, subject and unit", () => {
  const rows = summarise([
    run("W2 c=1", "floor", ["req/s", 10], ["p50 us", 1]),
    run("W2 c=1", "nact", ["req/s", 4]),
    run("W2 c=1", "floor", ["req/s", 30], ["p50 us", 3]),
    run("W2 c=1", "floor", ["req/s", 11], ["p50 us", 2]),
  ]);
  expect(rows).toEqual([
    { workload: "W2 c=1", subject: "floor", unit: "req/s", median: 11, min: 10, max: 30, runs: 3 },
    { workload: "W2 c=1", subject: "floor", unit: "p50 us", median: 2, min: 1, max: 3, runs: 3 },
    { workload: "W2 c=1", subject: "nact", unit: "req/s", median: 4, min: 4, max: 4, runs: 1 },
  ]);
});
