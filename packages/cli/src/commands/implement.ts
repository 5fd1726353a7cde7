import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { describeChange } from "../implement/edit.ts";
import { planImplementations } from "../implement/plan.ts";
import type { Terminal } from "../terminal.ts";

interface ImplementOptions {
  readonly source: string;
  readonly out: string;
  readonly check: boolean;
  readonly dryRun: boolean;
}

/** `ts-grain implement` */
export function implementCommand(terminal: Terminal): Command {
  return new Command("implement")
    .summary("keep grain classes in step with the contract")
    .description(
      "Makes a class for each kind that has none, and adds the rpcs that a class lacks, as stubs that fail loudly. What you wrote stays as it is, to the letter.",
    )
    .option("-s, --source <folder>", "where generated code and classes are", "src")
    .option("-o, --out <folder>", "where new files go", "src/grains")
    .option("--check", "change nothing, and fail if something is to be done: for CI", false)
    .option("--dry-run", "change nothing", false)
    .addHelpText(
      "after",
      `
Examples:
  $ npx buf generate && npx ts-grain implement
  $ npx ts-grain implement --check`,
    )
    .action(async (options: ImplementOptions) => implement(options, terminal));
}

function implement({ source, out, check, dryRun }: ImplementOptions, terminal: Terminal): void {
  const sources = readSources([...new Set([source, out])]);
  const { changes, remarks, kinds } = planImplementations(sources, out);
  if (kinds === 0) {
    throw new CliError(
      "usage",
      `there is no generated kind below ${source}; run buf generate with protoc-gen-ts-grain first, or name another --source`,
    );
  }
  for (const change of changes) terminal.print(describeChange(change));
  for (const remark of remarks) terminal.note(remark);
  if (!check && !dryRun) {
    for (const { path, after } of changes) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, after);
    }
  }
  const open = changes.length + remarks.length;
  if (check && open > 0) throw new CliError("failed", `${open} to do; run ts-grain implement`);
  if (open === 0) terminal.note(`every rpc of ${kinds} ${kinds === 1 ? "kind" : "kinds"} is there`);
}

function readSources(folders: readonly string[]): ReadonlyMap<string, string> {
  const paths = folders.flatMap((folder) =>
    globSync(`${folder}/**/*.{ts,mts}`, { exclude: (name) => name === "node_modules" }),
  );
  return new Map([...new Set(paths)].toSorted().map((path) => [path, readFileSync(path, "utf8")]));
}
