import type { Unit } from "../measurement/sample.ts";
import { markdownTable } from "./markdown-table.ts";
import { formatNumber, formatRatio } from "./number-format.ts";
import type { Row } from "./results.ts";
import { isRate, isReached } from "./target.ts";

/** A figure that is divided by another, which may be of another workload. */
export interface Comparison {
  readonly figure: FigureName;
  readonly by: FigureName;
  /** What our own figure, divided so, is to reach. */
  readonly limit?: number | undefined;
}

interface FigureName {
  readonly subject: string;
  readonly workload: string;
  readonly unit: Unit;
}

/** A line for each comparison of figures that were measured; empty if there are none. */
export function comparisonsTable(rows: readonly Row[], comparisons: readonly Comparison[]): string {
  const lines = comparisons.flatMap(({ figure, by, limit }) => {
    const row = findRow(rows, figure);
    const divisor = findRow(rows, by);
    if (row === undefined || divisor === undefined) return [];
    return [
      [nameOf(row), nameOf(divisor), ratioCell(row.median / divisor.median, { unit: row.unit, limit })],
    ];
  });
  return lines.length === 0 ? "" : markdownTable(["figure", "÷", "ratio"], lines);
}

function findRow(rows: readonly Row[], { subject, workload, unit }: FigureName): Row | undefined {
  return rows.find((row) => row.subject === subject && row.workload === workload && row.unit === unit);
}

function nameOf({ subject, workload, unit, median }: Row): string {
  return `${subject}, ${workload}: ${formatNumber(median)} ${unit}`;
}

function ratioCell(
  ratio: number,
  { unit, limit }: { readonly unit: Unit; readonly limit: number | undefined },
): string {
  if (limit === undefined) return formatRatio(ratio);
  const cell = `${formatRatio(ratio)} (${isRate(unit) ? "≥" : "≤"} ${limit})`;
  return isReached(ratio, { unit, limit }) ? cell : `**${cell}**`;
}
