import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Who spoke first to whom. A raw peer says what no member of Go says by itself. */
export type Direction = "us → Go" | "Go → us" | "raw peer → us" | "raw peer → Go";

/** What one test has seen of a case. */
export interface Sighting {
  /** The case, of those in docs/interop.md. */
  readonly number: number;
  readonly direction: Direction;
  /** The test's. */
  readonly title: string;
  readonly seen: string;
}

/** What the tests with Proto.Actor Go have seen, as the table of docs/interop.md. */
export class InteropTranscript {
  readonly #rows: Sighting[] = [];

  note(row: Sighting): void {
    this.#rows.push({ ...row, seen: row.seen.replaceAll(/127\.0\.0\.1:\d+/g, "HOST:PORT") });
  }

  /** @param goVersions of what the Go program was built with, as `goVersions` says them */
  toString(goVersions: string): string {
    const rows = this.#rows.toSorted((one, other) => one.number - other.number);
    return [
      `${goVersions}, Node ${process.versions.node}, commit ${commit()}`,
      "",
      "| case | direction | test | seen |",
      "| ---: | --- | --- | --- |",
      ...rows.map(
        ({ number, direction, title, seen }) => `| ${number} | ${direction} | ${title} | \`${seen}\` |`,
      ),
    ].join("\n");
  }
}

function commit(): string {
  const cwd = fileURLToPath(new URL(".", import.meta.url));
  return execFileSync("git", ["describe", "--always", "--dirty"], { cwd, encoding: "utf8" }).trim();
}
