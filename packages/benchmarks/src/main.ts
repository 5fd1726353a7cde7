// `npm run bench`: see `usage`.
import {
  type Command,
  fewestRoundsKept,
  parseCommandLine,
  type RunOptions,
  selectWorkloads,
  usage,
} from "./command-line.ts";
import { findGroup, groups, guideOf } from "./groups/groups.ts";
import { measureGroup } from "./harness/measure-group.ts";
import { updateDocuments } from "./report/documents.ts";
import { reportOf, summaryOf } from "./report/report.ts";
import { readResults, writeResults } from "./report/results.ts";
import { UsageError } from "./usage-error.ts";

try {
  await obey(parseCommandLine(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 2;
}

async function obey(command: Command): Promise<void> {
  switch (command.name) {
    case "help":
      printHelp();
      break;
    case "table":
      updateTables(command.group);
      break;
    case "run":
      await run(command.group, command);
      break;
  }
}

function printHelp(): void {
  const listed = groups.flatMap(({ name, about, workloads }) => [
    `\n${name}: ${about}`,
    ...workloads.map((workload) => `  ${workload.name.padEnd(10)} ${workload.about}`),
  ]);
  console.log([usage, ...listed].join("\n"));
}

function updateTables(name: string): void {
  const results = readResults(name);
  const guide = guideOf(findGroup(name));
  const texts = { group: name, report: reportOf(results, guide), summary: summaryOf(results, guide) };
  for (const path of updateDocuments(texts)) console.log(path);
}

async function run(name: string, { rounds, only, effort }: RunOptions): Promise<void> {
  const group = findGroup(name);
  const all = group.workloads.map((workload) => workload.name);
  const workloads = selectWorkloads(all, only);
  // Only the report goes to standard output.
  const outcome = await measureGroup(group, { workloads, rounds, effort, log: console.error });
  const { results, failures, isComplete } = outcome;
  console.log(reportOf(results, guideOf(group)));
  const isWhole = workloads.length === all.length && rounds >= fewestRoundsKept && effort === "full";
  if (isWhole && isComplete) console.error(`\nKept in ${writeResults(name, results)}`);
  else
    console.error(
      `\nNot kept: ${failures} runs failed, ${workloads.length} of ${all.length} workloads, ${rounds} rounds`,
    );
  if (!isComplete) process.exitCode = 1;
}
