import type { Figure } from "./figure.ts";
import { markdownTable } from "./markdown-table.ts";
import { formatNumber, formatSpread } from "./number-format.ts";
import type { Row } from "./results.ts";

/** A line for each figure, a column for each subject. */
export function figuresTable(figures: readonly Figure[], subjects: readonly string[]): string {
  const lines = figures.map(({ workload, unit, bySubject, targets }) => [
    workload,
    unit,
    ...subjects.map((subject) => figureCell(bySubject.get(subject), targets.get(subject)?.atMost)),
  ]);
  return markdownTable(["workload", "unit", ...subjects], lines);
}

function figureCell(row: Row | undefined, atMost: number | undefined): string {
  if (row === undefined) return "not measured";
  if (atMost === undefined) return formatSpread(row);
  const cell = `${formatSpread(row)}, ≤ ${formatNumber(atMost)}`;
  return row.median <= atMost ? cell : `**${cell}**`;
}
