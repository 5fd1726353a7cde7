import type { Terminal } from "../src/terminal.ts";

/** A terminal that keeps what is written to it. */
export class RecordingTerminal implements Terminal {
  readonly results: string[] = [];
  readonly notes: string[] = [];
  readonly hasColors = false;
  readonly interruption = new AbortController();
  readonly #input: string;

  constructor(input = "") {
    this.#input = input;
  }

  get interrupted(): AbortSignal {
    return this.interruption.signal;
  }

  /** All results as one text. */
  get output(): string {
    return this.results.join("\n");
  }

  print(line: string): void {
    this.results.push(line);
  }

  note(line: string): void {
    this.notes.push(line);
  }

  async readInput(): Promise<string> {
    return this.#input;
  }
}
