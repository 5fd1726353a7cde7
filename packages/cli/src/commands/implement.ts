import { globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { describeChange, type FileChange } from "../implement/edit.ts";
import type { Plan } from "../implement/plan.ts";
import { makeFolder } from "../make-folder.ts";
import { type Style, styled, type Terminal } from "../terminal.ts";

interface ImplementOptions {
  readonly source: string;
  readonly out: string;
  readonly check: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
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
    .option("--json", "print JSON", false)
    .addHelpText(
      "after",
      `
Examples:
  $ npx buf generate && npx ts-grain implement
  $ npx ts-grain implement --check`,
    )
    .action(async (options: ImplementOptions) => implement(options, terminal));
}

async function implement(options: ImplementOptions, terminal: Terminal): Promise<void> {
  const { source, out, check, dryRun, json } = options;
  const sources = readSources([...new Set([source, out])]);
  terminal.progress(`reading ${sources.size} files`);
  // Only here, since it brings a TypeScript along.
  const { planImplementations } = await import("../implement/plan.ts");
  const plan = planImplementations(sources, out);
  if (plan.kinds === 0) {
    throw new CliError(
      "usage",
      `there is no generated kind below ${source}; run buf generate with protoc-gen-ts-grain first, or name another --source`,
    );
  }
  const isWriting = !check && !dryRun;
  if (isWriting) writeChanges(plan.changes);
  if (json) terminal.print(JSON.stringify(asJson(plan), undefined, 2));
  else tell(isWriting ? plan : { ...plan, hints: [] }, terminal);
  const open = plan.changes.length + plan.remarks.length;
  if (check && open > 0) throw new CliError("failed", `${open} to do; run ts-grain implement`);
}

function writeChanges(changes: readonly FileChange[]): void {
  for (const { path, after } of changes) {
    makeFolder(dirname(path));
    writeFileSync(path, after);
  }
}

function asJson({ changes, remarks, hints, kinds }: Plan): object {
  return {
    kinds,
    changes: changes.map((change) => ({
      path: change.path,
      isNew: change.before === undefined,
      diff: describeChange(change),
    })),
    remarks,
    hints,
  };
}

function tell({ changes, remarks, hints, kinds }: Plan, terminal: Terminal): void {
  for (const change of changes)
    for (const line of describeChange(change).split("\n")) terminal.print(styledDiffLine(line, terminal));
  for (const line of [...remarks, ...hints]) terminal.note(line);
  if (changes.length + remarks.length === 0)
    terminal.note(`every rpc of ${kinds} ${kinds === 1 ? "kind" : "kinds"} is there`);
}

function styledDiffLine(line: string, terminal: Terminal): string {
  const styles: readonly (readonly [prefix: string, style: Style])[] = [
    ["+++", "bold"],
    ["---", "bold"],
    ["@@", "dim"],
    ["+", "green"],
    ["-", "red"],
  ];
  const style = styles.find(([prefix]) => line.startsWith(prefix))?.[1];
  return style ? styled(terminal, style, line) : line;
}

function readSources(folders: readonly string[]): ReadonlyMap<string, string> {
  const paths = folders.flatMap((folder) =>
    globSync(`${folder}/**/*.{ts,mts}`, { exclude: (name) => name === "node_modules" }),
  );
  return new Map([...new Set(paths)].toSorted().map((path) => [path, readFileSync(path, "utf8")]));
}
