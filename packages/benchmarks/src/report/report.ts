import { markdownTable } from "./markdown-table.ts";
import { formatNumber, formatRatio, formatSpread } from "./number-format.ts";
import type { Machine, Missing, Results, Row } from "./results.ts";
import { isRate, isReached, type Target } from "./target.ts";

/** The subject that is ours, which all others are compared with. */
export const ours = "ts-grain";

/** What a report says beside the results. */
export interface ReportGuide {
  readonly workloads: readonly { readonly name: string; readonly about: string }[];
  /** All subjects in the order of their columns. */
  readonly subjects: readonly string[];
  readonly targets: readonly Target[];
}

/** The results as Markdown: where and with what they were measured, the table, and what is not in it. */
export function reportOf(results: Results, guide: ReportGuide): string {
  const measured = guide.workloads.filter(({ name }) => results.rows.some((row) => row.workload === name));
  return [
    describeRun(results),
    tableOf(results, guide),
    "Medians, with the least and the most. A column `÷` is a figure, ours unless it names another, divided by that " +
      "subject's, with the limit that it is to keep; **bold** where it does not.",
    describeMissing(results.missing),
    measured.map(({ name, about }) => `- ${name}: ${about}`).join("\n"),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** One line for each workload: our figure, and how many times as much as that of each subject without a part of ours it is. */
export function summaryOf(results: Results, { workloads, subjects }: ReportGuide): string {
  const others = subjects.filter((name) => !name.includes(ours));
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

function tableOf({ rows }: Results, guide: ReportGuide): string {
  const pairs = comparedPairs(guide);
  const header = ["workload", "unit", ...guide.subjects, ...pairs.map(nameOfPair)];
  const figures = guide.workloads.flatMap(({ name }) =>
    [
      ...Map.groupBy(
        rows.filter(({ workload }) => workload === name),
        ({ unit }) => unit,
      ),
    ].map(([unit, found]) => {
      const bySubject = new Map(found.map((row) => [row.subject, row]));
      const targetOf = (subject: string) =>
        guide.targets.find(
          (target) =>
            target.workload === name && target.unit === unit && (target.subject ?? ours) === subject,
        );
      return [
        name,
        unit,
        ...guide.subjects.map((subject) => figureCell(bySubject.get(subject), targetOf(subject)?.atMost)),
        ...pairs.map(({ subject, other }) =>
          ratioCell(bySubject.get(subject), {
            other: bySubject.get(other),
            limit: targetOf(subject)?.ratios[other],
          }),
        ),
      ];
    }),
  );
  return markdownTable(header, figures);
}

/** A figure that is divided by another. */
interface Pair {
  readonly subject: string;
  readonly other: string;
}

/** Ours with each other subject, then what else has targets. */
function comparedPairs({ subjects, targets }: ReportGuide): readonly Pair[] {
  const oursWithOthers = subjects.filter((name) => name !== ours).map((other) => ({ subject: ours, other }));
  const furtherPairs = targets.flatMap(({ subject, ratios }) =>
    subject === undefined ? [] : Object.keys(ratios).map((other) => ({ subject, other })),
  );
  const byName = new Map([...oursWithOthers, ...furtherPairs].map((pair) => [nameOfPair(pair), pair]));
  return [...byName.values()];
}

function nameOfPair({ subject, other }: Pair): string {
  return subject === ours ? `÷ ${other}` : `${subject} ÷ ${other}`;
}

function figureCell(row: Row | undefined, atMost: number | undefined): string {
  if (row === undefined) return "not measured";
  if (atMost === undefined) return formatSpread(row);
  const cell = `${formatSpread(row)}, ≤ ${formatNumber(atMost)}`;
  return row.median <= atMost ? cell : `**${cell}**`;
}

function ratioCell(
  row: Row | undefined,
  { other, limit }: { readonly other: Row | undefined; readonly limit: number | undefined },
): string {
  if (row === undefined || other === undefined) return "–";
  const ratio = row.median / other.median;
  if (limit === undefined) return formatRatio(ratio);
  const cell = `${formatRatio(ratio)} (${isRate(row.unit) ? "≥" : "≤"} ${limit})`;
  return isReached(ratio, { unit: row.unit, limit }) ? cell : `**${cell}**`;
}
