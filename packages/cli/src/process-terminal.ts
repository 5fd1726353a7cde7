import { createInterface } from "node:readline/promises";
import { text } from "node:stream/consumers";
import type { ReadStream, WriteStream } from "node:tty";
import type { Terminal } from "./terminal.ts";

/** What a terminal needs of a process. */
export interface TerminalStreams {
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  readonly stderr: WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The terminal of a process. */
export class ProcessTerminal implements Terminal {
  readonly hasColors: boolean;
  readonly hasNoteColors: boolean;
  readonly interrupted: AbortSignal;
  readonly #streams: TerminalStreams;
  #isShowing = false;

  constructor(streams: TerminalStreams, interrupted: AbortSignal) {
    this.#streams = streams;
    this.interrupted = interrupted;
    this.hasColors = mayHaveColors(streams.stdout, streams.env);
    this.hasNoteColors = mayHaveColors(streams.stderr, streams.env);
  }

  print(line: string): void {
    this.#hideProgress();
    this.#streams.stdout.write(`${line}\n`);
  }

  note(line: string): void {
    this.#hideProgress();
    this.#streams.stderr.write(`${line}\n`);
  }

  progress(line: string): void {
    const { stderr, env } = this.#streams;
    if (!stderr.isTTY || env["TERM"] === "dumb") return;
    this.#hideProgress();
    stderr.write(`${line.slice(0, (stderr.columns || 80) - 2)}…`);
    this.#isShowing = true;
  }

  readInput(): Promise<string> {
    return text(this.#streams.stdin);
  }

  async ask(question: string): Promise<string | undefined> {
    const { stdin: input, stderr: output } = this.#streams;
    if (!input.isTTY || !output.isTTY) return undefined;
    this.#hideProgress();
    const asking = createInterface({ input, output });
    try {
      return await asking.question(question, { signal: this.interrupted });
    } catch (error) {
      output.write("\n");
      throw error;
    } finally {
      asking.close();
    }
  }

  /** Takes the line of progress away, as before the end of the process. */
  close(): void {
    this.#hideProgress();
  }

  #hideProgress(): void {
    if (this.#isShowing) this.#streams.stderr.write("\r\u001b[K");
    this.#isShowing = false;
  }
}

/** NO_COLOR is obeyed (no-color.org), then FORCE_COLOR; else colours are for terminals. */
function mayHaveColors(stream: WriteStream, env: TerminalStreams["env"]): boolean {
  if (env["NO_COLOR"]) return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  return Boolean(stream.isTTY) && env["TERM"] !== "dumb" && stream.hasColors(env);
}
