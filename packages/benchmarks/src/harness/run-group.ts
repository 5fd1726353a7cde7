import type { EffortName } from "../measurement/effort.ts";
import type { Sample } from "../measurement/sample.ts";
import type { Pinning } from "./pinning.ts";
import { runCommand } from "./run-command.ts";
import { runServer } from "./run-server.ts";
import type { ReadySubject } from "./subject.ts";

/** What is measured how often. */
export interface Plan {
  readonly workloads: readonly string[];
  readonly subjects: readonly ReadySubject[];
  readonly rounds: number;
  readonly effort: EffortName;
  readonly pinning: Pinning;
}

/** One subject's turn at one workload. */
export interface Turn {
  readonly round: number;
  readonly workload: string;
  readonly subject: ReadySubject;
}

export type Outcome =
  | { readonly turn: Turn; readonly state: "measured"; readonly samples: readonly Sample[] }
  | { readonly turn: Turn; readonly state: "failed"; readonly reason: string };

/** The longest that one run may take, however slow the subject is. */
const timeoutMs = 300_000;

/**
 * All turns in order: in each round every subject has one turn at every workload, one right after the other, so that
 * whatever slows the machine for a while slows all of them. Who begins changes with the round.
 */
export function turnsOf({ workloads, subjects, rounds }: Omit<Plan, "effort" | "pinning">): Turn[] {
  return Array.from({ length: rounds }, (_, index) => index + 1).flatMap((round) =>
    workloads.flatMap((workload) =>
      subjects
        .map((_, place) => subjects[(place + round - 1) % subjects.length]!)
        .filter(({ cannot }) => !cannot.has(workload))
        .map((subject) => ({ round, workload, subject })),
    ),
  );
}

/**
 * Has each turn run in a process of its own, and tells of each outcome. What failed has one more turn in the end, so that a
 * library that fails once in a while has its median, too; the failure is told all the same.
 */
export async function* runGroup(plan: Plan): AsyncGenerator<Outcome> {
  const failed: Turn[] = [];
  for (const turn of turnsOf(plan)) {
    const outcome = await runTurn(turn, plan);
    if (outcome.state === "failed") failed.push(turn);
    yield outcome;
  }
  for (const turn of failed) yield await runTurn(turn, plan);
}

async function runTurn(turn: Turn, { effort, pinning }: Plan): Promise<Outcome> {
  const { prepared, cores } = turn.subject;
  const command = pinning.pin(prepared.command(turn.workload, effort), { cores, place: "measuring" });
  try {
    const serving = prepared.server?.(turn.workload);
    await using server = serving && (await runServer(pinning.pin(serving, { cores, place: "serving" })));
    const printed = await runCommand([...command, ...(server ? [server.address] : [])], { timeoutMs });
    // Before it there may be what the subject logs.
    const samples = JSON.parse(printed.trimEnd().split("\n").at(-1)!) as Sample[];
    return { turn, state: "measured", samples };
  } catch (error) {
    return { turn, state: "failed", reason: (error as Error).message };
  }
}
