import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { freePorts } from "@ts-grain/cluster/testing";

const source = fileURLToPath(new URL("../go", import.meta.url));
const binary = fileURLToPath(new URL("../../../node_modules/.cache/e2e/go-peer", import.meta.url));

/** Builds the Go program; false, with a loud line, if this machine has no Go. In CI that is an error. */
export function buildGoPeer(): boolean {
  try {
    execFileSync("go", ["build", "-o", binary, "."], { cwd: source, stdio: "pipe" });
    return true;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    if (!isMissing || process.env["CI"] === "true") throw error;
    console.warn(
      "\n!!! NOT TESTED: the exchange with Proto.Actor Go, because there is no go in the PATH !!!\n",
    );
    return false;
  }
}

/** What the Go program was built with and from: "go1.24.4, github.com/asynkron/protoactor-go v0.0.0-…". */
export function goVersions(): string {
  const built = execFileSync("go", ["version", "-m", binary], { encoding: "utf8" });
  const [, go] = /: (go\S+)/.exec(built)!;
  const [, module, version] = /\tdep\t(\S+\/protoactor-go)\t(\S+)/.exec(built)!;
  return `${go}, ${module} ${version}`;
}

/** A running Proto.Actor Go process with an `echo` and a `control` actor. */
export class GoPeer implements AsyncDisposable {
  readonly address: string;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #output: readonly string[];
  #isEnded = false;

  private constructor(
    process: ChildProcessWithoutNullStreams,
    { address, output }: { readonly address: string; readonly output: readonly string[] },
  ) {
    this.#process = process;
    this.address = address;
    this.#output = output;
  }

  /** @param options.port default: any, which stays free for a successor. */
  static async start(options: { readonly port?: number } = {}): Promise<GoPeer> {
    const port = options.port ?? (await freePorts(1))[0]!;
    const process = spawn(binary, [`-port=${port}`]);
    const output: string[] = [];
    process.stderr.on("data", (text) => output.push(String(text)));
    const listening = Promise.withResolvers<string>();
    process.once("exit", (code) =>
      listening.reject(new Error(`the Go process ended with ${code}: ${output.join("")}`)),
    );
    createInterface(process.stdout).on("line", (line) => {
      output.push(`${line}\n`);
      const address = /^listening on (.*)$/.exec(line)?.[1];
      if (address !== undefined) listening.resolve(address);
    });
    return new GoPeer(process, { address: await listening.promise, output });
  }

  get port(): number {
    return Number(this.address.split(":")[1]);
  }

  /** Whether it still runs; what it printed, if it does not. */
  get isAlive(): true | string {
    return this.#process.exitCode === null && this.#process.signalCode === null
      ? true
      : this.#output.join("");
  }

  /** All that it has printed, its log among it. */
  get printed(): string {
    return this.#output.join("");
  }

  /** Whether it was told to end. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Ends it without a word. */
  async kill(): Promise<void> {
    this.#isEnded = true;
    if (this.isAlive !== true) return;
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exit;
  }

  /** Lets it shut down its remote and end. */
  async shutdown(): Promise<void> {
    this.#isEnded = true;
    const exit = once(this.#process, "exit");
    this.#process.stdin.end();
    await exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
