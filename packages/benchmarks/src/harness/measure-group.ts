import { formatNumber } from "../report/number-format.ts";
import { type Missing, type Results, summarise } from "../report/results.ts";
import type { Group } from "./group.ts";
import { describeMachine } from "./machine.ts";
import { findPinning } from "./pinning.ts";
import { type Outcome, type Plan, runGroup, turnsOf } from "./run-group.ts";
import type { ReadySubject, Subject } from "./subject.ts";

export interface MeasureOptions extends Pick<Plan, "workloads" | "rounds" | "effort"> {
  /** Hears what is being done. */
  readonly log: (line: string) => void;
}

export interface GroupOutcome {
  readonly results: Results;
  /** Runs that failed. */
  readonly failures: number;
  /** Whether none of our own failed, and those of others succeeded when they were run once more. */
  readonly isComplete: boolean;
}

/** From this load on, what else runs on the machine shows in the figures. */
const busyLoad = 0.5;

/** Measures a group, telling of each step. What fails is in the results' `missing`, and the rest goes on. */
export async function measureGroup({ subjects }: Group, options: MeasureOptions): Promise<GroupOutcome> {
  const { workloads, rounds, effort, log } = options;
  const pinning = await findPinning();
  const machine = describeMachine(pinning.about);
  if (machine.load > busyLoad)
    log(`WARNING: the machine is busy (load ${machine.load}); figures will be off`);
  const { ready, missing } = await prepareAll(subjects, log);
  const plan = { workloads, subjects: ready, rounds, effort, pinning };
  const turns = turnsOf(plan).length;
  const outcomes: Outcome[] = [];
  for await (const outcome of runGroup(plan)) {
    outcomes.push(outcome);
    log(`${String(outcomes.length).padStart(4)}/${turns}  ${describeOutcome(outcome)}`);
  }
  const failed = failures(outcomes);
  const results = {
    machine,
    subjects: ready.map(({ name, prepared: { version } }) => ({ name, version })),
    missing: [...missing, ...unfit(ready, workloads), ...failed],
    rows: summarise(
      outcomes
        .filter((outcome) => outcome.state === "measured")
        .map(({ turn: { workload, subject }, samples }) => ({ workload, subject: subject.name, samples })),
    ),
  };
  const measured = outcomes.filter(({ state }) => state === "measured").length;
  const isComplete = measured === turns && !failed.some(({ subject }) => isOurs(subject));
  return { results, failures: failed.length, isComplete };
}

/** A failure of ours is a fault to be found, whatever the next run does. */
function isOurs(subject: string): boolean {
  return subject.startsWith("ts-grain");
}

async function prepareAll(
  subjects: readonly Subject[],
  log: MeasureOptions["log"],
): Promise<{ readonly ready: ReadySubject[]; readonly missing: Missing[] }> {
  const ready: ReadySubject[] = [];
  const missing: Missing[] = [];
  for (const subject of subjects) {
    log(`preparing ${subject.name}`);
    const prepared = await subject.prepare();
    if (prepared.state === "ready") {
      ready.push({ ...subject, prepared });
    } else {
      log(`WARNING: ${subject.name} is missing: ${prepared.reason}`);
      missing.push({ subject: subject.name, reason: prepared.reason });
    }
  }
  return { ready, missing };
}

function unfit(subjects: readonly Subject[], workloads: readonly string[]): Missing[] {
  return subjects.flatMap(({ name, cannot }) =>
    [...cannot]
      .filter(([workload]) => workloads.includes(workload))
      .map(([workload, reason]) => ({ subject: name, workload, reason })),
  );
}

function failures(outcomes: readonly Outcome[]): Missing[] {
  return outcomes
    .filter((outcome) => outcome.state === "failed")
    .map(({ turn: { round, workload, subject }, reason }) => ({
      subject: subject.name,
      workload,
      reason: `round ${round} failed: ${reason}`,
    }));
}

function describeOutcome(outcome: Outcome): string {
  const { round, workload, subject } = outcome.turn;
  const figures =
    outcome.state === "failed"
      ? `FAILED: ${outcome.reason}`
      : outcome.samples.map(({ unit, value }) => `${formatNumber(value)} ${unit}`).join(", ");
  return `round ${round}  ${workload.padEnd(10)} ${subject.name.padEnd(14)} ${figures}`;
}
