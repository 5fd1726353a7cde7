import type { Terminal } from "../src/terminal.ts";

/** What a recording terminal may be given. */
interface RecordingTerminalOptions {
  /** All of standard input. */
  readonly input?: string;
  /** What is answered to a question; default: there is nobody to answer. */
  readonly answer?: string;
  readonly hasColors?: boolean;
}

/** A terminal that keeps what is written to it. */
export class RecordingTerminal implements Terminal {
  readonly results: string[] = [];
  readonly notes: string[] = [];
  readonly questions: string[] = [];
  readonly shown: string[] = [];
  readonly hasColors: boolean;
  readonly hasNoteColors: boolean;
  readonly interruption = new AbortController();
  readonly #options: RecordingTerminalOptions;

  constructor(options: RecordingTerminalOptions = {}) {
    this.#options = options;
    this.hasColors = options.hasColors ?? false;
    this.hasNoteColors = this.hasColors;
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

  progress(line: string): void {
    this.shown.push(line);
  }

  async readInput(): Promise<string> {
    return this.#options.input ?? "";
  }

  async ask(question: string): Promise<string | undefined> {
    this.questions.push(question);
    return this.#options.answer;
  }
}
