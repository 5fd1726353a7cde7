import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("member-program.ts", import.meta.url));

/** A member of a cluster on Consul, in a process of its own, with the options that nobody has changed. */
export class MemberProcess implements AsyncDisposable {
  readonly process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  private constructor(process: ChildProcessWithoutNullStreams) {
    this.process = process;
    process.stderr.pipe(globalThis.process.stderr);
    this.#lines = createInterface(process.stdout)[Symbol.asyncIterator]();
  }

  /** Resolves when the member has joined. */
  static async start(
    ...args: readonly [address: string, clusterName: string, id: string]
  ): Promise<MemberProcess> {
    const member = new MemberProcess(
      spawn(process.execPath, ["--conditions=@ts-grain/source", program, ...args]),
    );
    await member.#expectLine("joined");
    return member;
  }

  /** Lets its event loop stand still, and resolves when it runs again. */
  async stall(ms: number): Promise<void> {
    this.process.stdin.write(`stall ${ms}\n`);
    await this.#expectLine("stalled");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exit = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await exit;
  }

  async #expectLine(expected: string): Promise<void> {
    const { value } = await this.#lines.next();
    if (value !== expected) throw new Error(`the member printed ${value} instead of ${expected}`);
  }
}
