import type { Figure } from "./figure.ts";
import { markdownTable } from "./markdown-table.ts";
import { formatRatio } from "./number-format.ts";
import { ours, peersIn, type ReportGuide } from "./report-guide.ts";
import { isRate, isReached } from "./target.ts";

/** A figure that is divided by another. */
interface Pair {
  readonly subject: string;
  readonly other: string;
}

/** A line for each figure that is divided by another one, a column for each pair; empty if there are none. */
export function ratiosTable(figures: readonly Figure[], guide: ReportGuide): string {
  const pairs = comparedPairs(guide);
  const lines = figures
    .map((figure) => ({ figure, cells: pairs.map((pair) => ratioCell(figure, pair)) }))
    .filter(({ cells }) => cells.some((cell) => cell !== undefined))
    .map(({ figure, cells }) => [figure.workload, figure.unit, ...cells.map((cell) => cell ?? "–")]);
  return lines.length === 0 ? "" : markdownTable(["workload", "unit", ...pairs.map(nameOfPair)], lines);
}

/** Ours with each subject without a part of ours, and what else has targets. */
function comparedPairs({ subjects, targets }: ReportGuide): readonly Pair[] {
  const peers = peersIn(subjects);
  const hasTarget = (subject: string, other: string) =>
    targets.some((target) => (target.subject ?? ours) === subject && other in target.ratios);
  return subjects.flatMap((subject) =>
    subjects
      .filter((other) => (subject === ours && peers.includes(other)) || hasTarget(subject, other))
      .map((other) => ({ subject, other })),
  );
}

function nameOfPair({ subject, other }: Pair): string {
  return subject === ours ? `÷ ${other}` : `${subject} ÷ ${other}`;
}

function ratioCell({ unit, bySubject, targets }: Figure, { subject, other }: Pair): string | undefined {
  const row = bySubject.get(subject);
  const divisor = bySubject.get(other);
  if (row === undefined || divisor === undefined) return undefined;
  const ratio = row.median / divisor.median;
  const limit = targets.get(subject)?.ratios[other];
  if (limit === undefined) return formatRatio(ratio);
  const cell = `${formatRatio(ratio)} (${isRate(unit) ? "≥" : "≤"} ${limit})`;
  return isReached(ratio, { unit, limit }) ? cell : `**${cell}**`;
}
