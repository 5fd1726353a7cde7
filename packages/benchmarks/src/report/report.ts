import { comparisonsTable } from "./comparison.ts";
import { figuresOf } from "./figure.ts";
import { figuresTable } from "./figures-table.ts";
import { markdownTable } from "./markdown-table.ts";
import { formatNumber, formatRatio } from "./number-format.ts";
import { ratiosTable } from "./ratios-table.ts";
import { ours, peersIn, type ReportGuide } from "./report-guide.ts";
import type { Machine, Missing, Results } from "./results.ts";

const aboutRatios =
  "A column `÷` is a figure, ours unless it names another, divided by that subject's, with the limit that it is to keep; " +
  "**bold** where it does not.";

const aboutComparisons =
  "The first figure divided by the second, with the limit that ours is to keep; **bold** where this one does not.";

/** The results as Markdown: where and with what they were measured, the tables, and what is not in them. */
export function reportOf(results: Results, guide: ReportGuide): string {
  const measured = guide.workloads.filter(({ name }) => results.rows.some((row) => row.workload === name));
  const figures = figuresOf(results.rows, guide);
  const ratios = describeRatios(results, guide);
  return [
    describeRun(results),
    figuresTable(figures, guide.subjects),
    "Medians, with the least and the most, and the limit where a figure has one; **bold** where it exceeds that.",
    ...ratios,
    describeMissing(results.missing),
    measured.map(({ name, about }) => `- ${name}: ${about}`).join("\n"),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** Tables, and how to read each; nothing if nothing is divided by anything. */
function describeRatios({ rows }: Results, guide: ReportGuide): readonly string[] {
  const { comparisons = [] } = guide;
  const described = (table: string, about: string) => (table === "" ? [] : [table, about]);
  return [
    ...described(hasRatios(guide) ? ratiosTable(figuresOf(rows, guide), guide) : "", aboutRatios),
    ...described(comparisonsTable(rows, comparisons), aboutComparisons),
  ];
}

/** Whether our figures are divided by each other subject's: not where a group has nothing to reach and compares other things. */
function hasRatios({ targets, comparisons }: ReportGuide): boolean {
  return comparisons === undefined || targets.length > 0;
}

/**
 * One line for each workload: our figure, and how many times as much as that of each subject without a part of ours it is.
 * There is none where other things are compared.
 */
export function summaryOf(results: Results, guide: ReportGuide): string | undefined {
  if (!hasRatios(guide)) return undefined;
  const { workloads, subjects } = guide;
  const others = peersIn(subjects);
  const figures = workloads.flatMap(({ name, about }) => {
    const found = results.rows.filter(({ workload }) => workload === name);
    const our = found.find(({ subject }) => subject === ours);
    if (our === undefined) return [];
    const ratioTo = (other: string) => {
      const row = found.find(({ subject, unit }) => subject === other && unit === our.unit);
      return row === undefined ? "–" : formatRatio(our.median / row.median);
    };
    return [[about, `${formatNumber(our.median)} ${our.unit}`, ...others.map(ratioTo)]];
  });
  const header = ["", ours, ...others.map((name) => `÷ ${name}`)];
  return `${describeRun(results)}\n\n${markdownTable(header, figures)}`;
}

function describeRun({ machine, subjects, rows }: Results): string {
  const versions = subjects.map(({ name, version }) => `${name} ${version}`.trim()).join(", ");
  const runs = Math.min(...rows.map((row) => row.runs));
  return `${describeMachine(machine)}. ${versions}. ${runs} ${runs === 1 ? "run" : "runs"} of each, in turn.`;
}

function describeMachine(machine: Machine): string {
  const { cpu, cores, memoryGiB, system, node, pinning, load, date } = machine;
  return `${date}, ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}; ${pinning}; load before: ${load}`;
}

/** One line for each subject and reason. */
function describeMissing(missing: readonly Missing[]): string {
  const alike = Map.groupBy(missing, ({ subject, reason }) => `${subject}\n${reason}`);
  return [...alike.values()]
    .map((group) => {
      const { subject, reason } = group[0]!;
      const workloads = group.flatMap(({ workload }) => workload ?? []);
      return `**NOT MEASURED: ${[subject, ...workloads].join(", ")}**: ${reason}.`;
    })
    .join("\n");
}
