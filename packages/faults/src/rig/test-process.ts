import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { TestEvent } from "../history/events.ts";
import type { Journal } from "../history/journal.ts";
import { nowMs } from "../history/now.ts";
import type {
  Answer,
  Answered,
  Asked,
  Command,
  LoadOptions,
  ProcessOptions,
  Report,
} from "../process/commands.ts";

const program = fileURLToPath(new URL("../process/node-program.ts", import.meta.url));

/** How a process is started, beside its options. */
export interface StartOptions {
  readonly options: ProcessOptions;
  readonly journal: Journal<TestEvent>;
  /** The file that its output is appended to. */
  readonly log: string;
  /** What stands before the program's path, such as the command that enters a network namespace. */
  readonly prefix?: readonly string[] | undefined;
  readonly nodeOptions?: readonly string[] | undefined;
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly atMs: number;
}

/** Who reads lines takes these two for their ends, and JSON leaves them as they are. */
function asOneLine(asked: Asked): string {
  return JSON.stringify(asked).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

/** A member or client in a process of its own. */
export class TestProcess {
  readonly name: string;
  /** The port that it was told to listen at. */
  readonly listensAt: number;
  readonly child: ChildProcess;
  readonly exited: Promise<Exit>;
  readonly #role: ProcessOptions["role"];
  readonly #journal: Journal<TestEvent>;
  readonly #answers = new Map<number, PromiseWithResolvers<Answer>>();
  readonly #joined = Promise.withResolvers<Answer>();
  #asked = 0;
  #address = "";
  /** How it ended; undefined while it runs. */
  exit: Exit | undefined;
  /** Whether the test ends it, so that its end is no surprise. */
  isEnded = false;

  private constructor({ options, journal, log, prefix = [], nodeOptions = [] }: StartOptions) {
    this.name = options.process;
    this.listensAt = options.port;
    this.#role = options.role;
    this.#journal = journal;
    const output = openSync(log, "a");
    const [command, ...args] = [
      ...prefix,
      process.execPath,
      "--conditions=@ts-grain/source",
      ...nodeOptions,
      program,
      JSON.stringify(options),
    ];
    this.child = spawn(command!, args, { stdio: ["pipe", output, output, "pipe"] });
    journal.write({ event: "spawned", process: this.name, role: options.role });
    this.exited = this.#watchExit();
    (this.child.stdin as Writable).on("error", () => {});
    this.#answers.set(0, this.#joined);
    createInterface(this.child.stdio[3] as Readable).on("line", (line) => {
      const { number, answer } = JSON.parse(line) as Answered;
      this.#answers.get(number)?.resolve(answer);
    });
  }

  /** Resolves when it has joined. @throws Error when it could not. */
  static async start(start: StartOptions): Promise<TestProcess> {
    const process = TestProcess.launch(start);
    await process.joined();
    return process;
  }

  /** Starts it, and resolves nothing: for what is expected to go wrong. */
  static launch(start: StartOptions): TestProcess {
    return new TestProcess(start);
  }

  /** `host:port` that others know it by. */
  get address(): string {
    return this.#address;
  }

  get port(): number {
    return Number(this.#address.split(":").at(-1));
  }

  /** Resolves when it has joined. @throws Error when it could not. */
  async joined(): Promise<void> {
    const answer = await this.#joined.promise;
    if (answer.kind !== "joined") throw new Error(`${this.name} did not join: ${JSON.stringify(answer)}`);
    this.#address = answer.address;
    this.#journal.write({ event: "joined", process: this.name, role: this.#role });
  }

  /** Lets it join, if it was to wait for that. Resolves when it has joined. @throws Error when it could not. */
  begin(): Promise<void> {
    (this.child.stdin as Writable).write("\n");
    return this.joined();
  }

  /** Tells it something, and resolves with its answer. */
  async ask(command: Command): Promise<Answer> {
    if (this.exit) return { kind: "failed", problem: "it has ended" };
    this.#asked++;
    const number = this.#asked;
    const waiting = Promise.withResolvers<Answer>();
    this.#answers.set(number, waiting);
    const asked: Asked = { number, command };
    (this.child.stdin as Writable).write(`${asOneLine(asked)}\n`);
    const answer = await waiting.promise;
    this.#answers.delete(number);
    return answer;
  }

  async report(): Promise<Report> {
    const answer = await this.ask({ do: "report" });
    if (answer.kind !== "report") throw new Error(`${this.name} gave no report: ${JSON.stringify(answer)}`);
    return answer.report;
  }

  /** Begins calls; end them with the function that this resolves with. */
  async startLoad(load: LoadOptions): Promise<() => Promise<void>> {
    await this.ask({ do: "start_load", load });
    return async () => void (await this.ask({ do: "stop_load", sender: load.sender }));
  }

  /** Ends it without a word. */
  async kill(): Promise<void> {
    this.#signal("SIGKILL", "killed");
    await this.exited;
  }

  /** Asks it to end; resolves with how it did, and the milliseconds that it took. */
  async terminate(
    signal: "SIGTERM" | "SIGINT" = "SIGTERM",
  ): Promise<{ readonly code: number | null; readonly tookMs: number }> {
    const startedMs = nowMs();
    this.#signal(signal, "told to end");
    const { code, atMs } = await this.exited;
    return { code, tookMs: Math.round(atMs - startedMs) };
  }

  /** Lets it stand still. */
  freeze(): void {
    this.child.kill("SIGSTOP");
    this.#journal.write({ event: "fault", what: "stopped", process: this.name, loses: "from now" });
  }

  /** Lets it go on. */
  thaw(): void {
    this.child.kill("SIGCONT");
    this.#journal.write({ event: "fault", what: "continued", process: this.name, loses: "until now" });
  }

  #signal(signal: NodeJS.Signals, what: string): void {
    this.isEnded = true;
    this.child.kill(signal);
    this.#journal.write({ event: "fault", what, process: this.name });
  }

  async #watchExit(): Promise<Exit> {
    const [code, signal] = (await once(this.child, "exit")) as [number | null, NodeJS.Signals | null];
    this.exit = { code, signal, atMs: nowMs() };
    this.#journal.write({ event: "ended", process: this.name, role: this.#role, code });
    for (const waiting of this.#answers.values())
      waiting.resolve({ kind: "failed", problem: `it ended with ${code ?? signal}` });
    return this.exit;
  }
}
