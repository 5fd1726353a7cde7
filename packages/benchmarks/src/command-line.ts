import { parseArgs } from "node:util";
import type { EffortName } from "./measurement/effort.ts";
import { UsageError } from "./usage-error.ts";

/** What the command line asks for. */
export type Command =
  | { readonly name: "help" }
  | { readonly name: "table"; readonly group: string }
  | ({ readonly name: "run"; readonly group: string } & RunOptions);

export interface RunOptions {
  /** How often each subject is measured with each workload. Default 5. */
  readonly rounds: number;
  /** Names of workloads, or what several begin with, such as "W2". Empty for all. */
  readonly only: readonly string[];
  readonly effort: EffortName;
}

/** Fewer rounds tell too little of the spread to be kept. */
export const fewestRoundsKept = 5;

export const usage = `npm run bench -- GROUP [options]     measures all workloads of a group, and prints the table
npm run bench -- table GROUP         puts the table of the last full run into the documents

  --rounds N      how often each subject is measured with each workload (5)
  --only A,B      only these workloads; "W2" means all that begin with it
  --quick         one round with little to do, to see that everything works; the figures mean little
  --help          this text

A full run of all workloads, with at least ${fewestRoundsKept} rounds is kept in packages/benchmarks/results/GROUP.json,
unless ts-grain failed, or another subject twice.`;

/** @throws UsageError that says what is wrong with the arguments. */
export function parseCommandLine(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  const [first, second, ...rest] = positionals;
  if (values.help || first === undefined) return { name: "help" };
  if (first === "table" && second !== undefined && rest.length === 0) return { name: "table", group: second };
  if (first === "table" || second !== undefined) throw new UsageError("expected one group; see --help");
  return {
    name: "run",
    group: first,
    rounds: parseRounds(values.rounds ?? (values.quick ? "1" : String(fewestRoundsKept))),
    only: values.only?.split(",").filter((name) => name !== "") ?? [],
    effort: values.quick ? "quick" : "full",
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: { type: "string" },
        only: { type: "string" },
        quick: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

function parseRounds(text: string): number {
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new UsageError(`--rounds must be a whole number from 1 on, got ${text}`);
  return rounds;
}

/**
 * The workloads that `--only` names.
 *
 * @throws UsageError for a name that fits none.
 */
export function selectWorkloads(names: readonly string[], only: readonly string[]): readonly string[] {
  if (only.length === 0) return names;
  const fits = (name: string, wanted: string) => name === wanted || name.startsWith(`${wanted} `);
  const unknown = only.filter((wanted) => !names.some((name) => fits(name, wanted)));
  if (unknown.length > 0)
    throw new UsageError(`no workload is called ${unknown.join(", ")}; there are ${names.join(", ")}`);
  return names.filter((name) => only.some((wanted) => fits(name, wanted)));
}
