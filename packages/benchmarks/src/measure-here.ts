import { systemClock } from "./measurement/clock.ts";
import { efforts } from "./measurement/effort.ts";
import type { Workload } from "./workloads/workload.ts";

/** What to measure, as named on the command line. */
export interface Asked<Subject> {
  readonly workloads: readonly Workload<Subject>[];
  readonly workloadName: string | undefined;
  readonly effortName: string | undefined;
  open(): Promise<Subject>;
}

/** Measures one workload in this process, prints the samples as one line of JSON, and ends the process. */
export async function measureHere<Subject>(asked: Asked<Subject>): Promise<never> {
  const workload = asked.workloads.find(({ name }) => name === asked.workloadName);
  if (workload === undefined) throw new Error(`no workload is called "${asked.workloadName}"`);
  const effort = Object.entries(efforts).find(([name]) => name === asked.effortName)?.[1];
  if (effort === undefined) throw new Error(`no effort is called "${asked.effortName}"`);
  const samples = await workload.measure(await asked.open(), { ...effort, clock: systemClock });
  console.log(JSON.stringify(samples));
  // What subjects leave running must not keep this process.
  process.exit();
}
