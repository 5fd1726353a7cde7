import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { ClusterProvider } from "../membership/cluster-provider.ts";
import { ObservedMembers } from "./observed-members.ts";

/**
 * Which program is a member, and with which arguments.
 *
 * @see {@link MemberProcess}
 */
export interface MemberProgram {
  /** The path of a module that calls `runMember`. */
  readonly path: string;
  readonly args: readonly string[];
}

/**
 * A member in a process of its own, which can stand still and be killed.
 *
 * @example
 * import { MemberProcess, type MemberProgram } from "@ts-grain/cluster/testing";
 *
 * const program: MemberProgram = {
 *   path: "test/member-program.ts",
 *   args: ["http://127.0.0.1:8500", "home", "alice"],
 * };
 *
 * async function stallAndKill(): Promise<void> {
 *   await using alice = await MemberProcess.start(program);
 *   await alice.stall(5_000);
 *   await alice.kill();
 * }
 */
export class MemberProcess implements AsyncDisposable {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#process = child;
    child.stderr.pipe(process.stderr);
    this.#lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  }

  /** Resolves when the member has joined. */
  static async start({ path, args }: MemberProgram): Promise<MemberProcess> {
    const member = new MemberProcess(
      spawn(process.execPath, ["--conditions=@ts-grain/source", path, ...args]),
    );
    await member.#expectLine("joined");
    return member;
  }

  /** Lets its event loop stand still, and resolves when it runs again. */
  async stall(ms: number): Promise<void> {
    this.#process.stdin.write(`${ms}\n`);
    await this.#expectLine("stalled");
  }

  /** Ends it without a word. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #expectLine(expected: string): Promise<void> {
    const { value } = await this.#lines.next();
    if (value !== expected) throw new Error(`the member printed ${value} instead of ${expected}`);
  }
}

/**
 * The other side: joins as a member with the given id, then lets the event loop stand still for as many milliseconds
 * as each line of the input says, until the process is killed or its input ends.
 *
 * @example
 * import { runMember } from "@ts-grain/cluster/testing";
 * import { ConsulProvider } from "@ts-grain/cluster-consul";
 *
 * // test/member-program.ts, which MemberProcess starts
 * export async function main([address, clusterName, id]: readonly string[]): Promise<void> {
 *   await runMember(new ConsulProvider({ address }), {
 *     clusterName: clusterName ?? "",
 *     id: id ?? "",
 *   });
 * }
 */
export async function runMember(
  provider: ClusterProvider,
  { clusterName, id }: { readonly clusterName: string; readonly id: string },
): Promise<void> {
  const self = { id, host: "127.0.0.1", port: 9_000, kinds: [], dialect: "ts-grain" } as const;
  await provider.joinAsMember(self, new ObservedMembers(clusterName).context);
  console.log("joined");
  for await (const ms of createInterface(process.stdin)) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(ms));
    console.log("stalled");
  }
  process.exit();
}
