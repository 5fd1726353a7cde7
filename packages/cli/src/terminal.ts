import { styleText } from "node:util";

/**
 * Where a command reads and writes.
 *
 * @see {@link runProgram}
 */
export interface Terminal {
  /** Writes a line of results. */
  print(line: string): void;
  /** Writes a line about the work. */
  note(line: string): void;
  /** All that comes in on standard input. */
  readInput(): Promise<string>;
  /** Whether results are read by a person, who likes colours. */
  readonly hasColors: boolean;
  /** Aborts when the person has had enough. */
  readonly interrupted: AbortSignal;
}

/** Rows under headings, in columns as wide as they must be. Nothing but spaces between them, so that `cut` and `awk` work. */
export function printTable(
  terminal: Terminal,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const heading = line(headings);
  terminal.print(terminal.hasColors ? styleText("bold", heading, { validateStream: false }) : heading);
  for (const row of rows) terminal.print(line(row));
}

/** A text from somewhere else, on one line and without control characters. */
export function printable(text: string): string {
  return /^[\p{L}\p{N}\p{P}\p{S} ]*$/u.test(text)
    ? text
    : JSON.stringify(text)
        .slice(1, -1)
        .replace(/[\u007f-\u009f\u2028\u2029]/g, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
