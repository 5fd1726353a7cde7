import { openSync, writeSync } from "node:fs";
import { nowMs } from "./now.ts";

/** An event as it is written down: the time is added. */
type Unwritten<T> = T extends unknown ? Omit<T, "atMs"> : never;

/** Appends events to a file, one JSON line each, which outlive the process at once. */
export class Journal<T extends { readonly event: string }> {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, "a");
  }

  write(event: Unwritten<T>): void {
    writeSync(this.#file, `${JSON.stringify({ atMs: nowMs(), ...event })}\n`);
  }
}
