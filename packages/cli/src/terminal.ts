import { styleText } from "node:util";

/** Where a command reads and writes. */
export interface Terminal {
  /** Writes a line of results. */
  print(line: string): void;
  /** Writes a line about the work. */
  note(line: string): void;
  /** Shows what is being done until something is written or shown next. Nobody sees it but a person at a terminal. */
  progress(text: string): void;
  /** All that comes in on standard input. */
  readInput(): Promise<string>;
  /** Asks a person for a line; undefined where there is none to answer. */
  ask(question: string): Promise<string | undefined>;
  /** Whether results may have colours. */
  readonly hasColors: boolean;
  /** Whether lines about the work may have colours. */
  readonly hasNoteColors: boolean;
  /** Aborts when the person has had enough. */
  readonly interrupted: AbortSignal;
}

/** How a text looks. */
export type Style = "bold" | "dim" | "red" | "green";

/** A result in a style, where results may have colours. */
export function styled({ hasColors }: Terminal, style: Style, text: string): string {
  return hasColors ? styleText(style, text, { validateStream: false }) : text;
}

/** Writes what went wrong. */
export function noteError(terminal: Terminal, message: string): void {
  const word = terminal.hasNoteColors ? styleText("red", "error:", { validateStream: false }) : "error:";
  terminal.note(`${word} ${message}`);
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
  terminal.print(styled(terminal, "bold", line(headings)));
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
