import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Member } from "../src/index.ts";

const source = fileURLToPath(new URL("go", import.meta.url));
const binary = fileURLToPath(new URL("../../../node_modules/.cache/cluster/go-member", import.meta.url));

/** Builds the Go program; false, with a loud line, if this machine has no Go. In CI that is an error. */
export function buildGoMember(): boolean {
  try {
    execFileSync("go", ["build", "-o", binary, "."], { cwd: source, stdio: "pipe" });
    return true;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    if (!isMissing || process.env["CI"] === "true") throw error;
    console.warn(
      "\n!!! NOT TESTED: topics together with Proto.Actor Go, because there is no go in the PATH !!!\n",
    );
    return false;
  }
}

/** What the Go member is asked to do. */
export interface GoOrder {
  readonly do: "members" | "subscribe" | "unsubscribe" | "subscribe grain" | "publish" | "produce";
  readonly members?: readonly object[];
  readonly topic?: string;
  readonly texts?: readonly string[];
  readonly kind?: string;
  readonly identity?: string;
}

/** A running member of Proto.Actor Go; it hosts topics and the kind `GoReader`. */
export class GoMember implements AsyncDisposable {
  /** What its subscribers have heard. */
  readonly heard: string[] = [];
  readonly self: Member;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #output: string[];
  readonly #answers: ((answer: string) => void)[] = [];

  private constructor(process: ChildProcessWithoutNullStreams, self: Member, output: string[]) {
    this.#process = process;
    this.self = self;
    this.#output = output;
  }

  static async start(): Promise<GoMember> {
    const process = spawn(binary);
    const output: string[] = [];
    process.stderr.on("data", (text) => output.push(String(text)));
    const listening = Promise.withResolvers<GoMember>();
    process.once("exit", (code) => listening.reject(new Error(`Go ended with ${code}: ${output.join("")}`)));
    let member: GoMember | undefined;
    createInterface(process.stdout).on("line", (line) => {
      const [, host, port, id] = /^listening on (.*):(\d+) as (.*)$/.exec(line) ?? [];
      if (host && port && id) {
        const kinds = ["GoReader", "prototopic"];
        const self = { id, host, port: Number(port), kinds, dialect: "proto-actor" as const };
        member = new GoMember(process, self, output);
        listening.resolve(member);
      } else if (member) {
        member.#onLine(line);
      }
    });
    return listening.promise;
  }

  /** Whether it still runs; what it printed, if it does not. */
  get isAlive(): true | string {
    return this.#process.exitCode === null && this.#process.signalCode === null
      ? true
      : this.#output.join("");
  }

  /** @throws Error what went wrong there. */
  async tell(order: GoOrder): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#answers.push(resolve);
    this.#process.stdin.write(`${JSON.stringify(order)}\n`);
    const answer = await promise;
    if (answer !== "done") throw new Error(`${JSON.stringify(order)}: ${answer}`);
  }

  /** What was heard, and is taken. */
  take(): readonly string[] {
    return this.heard.splice(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isAlive !== true) return;
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exit;
  }

  #onLine(line: string): void {
    if (line.startsWith("heard ")) this.heard.push(line.slice("heard ".length));
    else if (line === "done" || line.startsWith("failed: ")) this.#answers.shift()?.(line);
    else this.#output.push(`${line}\n`);
  }
}
