import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Sample, Unit } from "../measurement/sample.ts";
import { type Spread, spreadOf } from "../measurement/statistics.ts";

/** What a group of workloads gave, as in `results/GROUP.json`. */
export interface Results {
  readonly machine: Machine;
  readonly subjects: readonly MeasuredSubject[];
  /** What was not measured, and why. */
  readonly missing: readonly Missing[];
  readonly rows: readonly Row[];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly pinning: string;
  /** Programs that ran or wanted to before the first measurement, over a minute. Well below 1 on a quiet machine. */
  readonly load: number;
  /** As 2026-01-31. */
  readonly date: string;
}

interface MeasuredSubject {
  readonly name: string;
  readonly version: string;
}

export interface Missing {
  readonly subject: string;
  /** The only workload that it was not measured with; it was measured with none if there is none here. */
  readonly workload?: string | undefined;
  readonly reason: string;
}

/** One figure of one subject over all runs. */
export interface Row extends Spread {
  readonly workload: string;
  readonly subject: string;
  readonly unit: Unit;
}

/** What one run gave. */
export interface Measured {
  readonly workload: string;
  readonly subject: string;
  readonly samples: readonly Sample[];
}

/** One row for each workload, subject and unit, in the order in which they were first measured. */
export function summarise(runs: readonly Measured[]): Row[] {
  const samples = runs.flatMap(({ workload, subject, samples }) =>
    samples.map(({ unit, value }) => ({ workload, subject, unit, value })),
  );
  const groups = Map.groupBy(samples, ({ workload, subject, unit }) => `${workload}\n${subject}\n${unit}`);
  return [...groups.values()].map((group) => {
    const { workload, subject, unit } = group[0]!;
    return { workload, subject, unit, ...spreadOf(group.map(({ value }) => value)) };
  });
}

/** @throws Error if the group has not been measured yet. */
export function readResults(group: string): Results {
  return JSON.parse(readFileSync(pathOf(group), "utf8")) as Results;
}

/** Returns the path of the file that it wrote. */
export function writeResults(group: string, results: Results): string {
  const path = pathOf(group);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(results, undefined, 2)}\n`);
  return path;
}

function pathOf(group: string): string {
  return fileURLToPath(new URL(`../../results/${group}.json`, import.meta.url));
}
