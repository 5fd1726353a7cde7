import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { systemClock } from "@ts-grain/actor";
import { pause } from "../membership/provider/pause.ts";

/**
 * How to start a server.
 *
 * @see {@link ServerProcess}
 */
export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Asked again and again after the start, until it resolves with true. A rejection counts as not yet. */
  readonly isReady: () => Promise<boolean>;
  /** Milliseconds in which it must be ready. Default 20,000. */
  readonly startTimeoutMs?: number | undefined;
}

/**
 * Becomes the program, and leaves behind who ends it when the test that started it is no more, whatever ended that: then
 * nobody holds the other end of descriptor 3.
 */
const guardedStart = '(cat <&3; kill -9 $$) >/dev/null 2>&1 & exec "$0" "$@" 3<&-';

/**
 * A server that a test has started, as a process of its own.
 *
 * @example
 * import {
 *   type FaultyServer,
 *   freePorts,
 *   type ServerCommand,
 *   ServerProcess,
 * } from "@ts-grain/cluster/testing";
 *
 * async function startServer(): Promise<FaultyServer> {
 *   const [port] = await freePorts(1);
 *   const isReady = async () => (await fetch(`http://127.0.0.1:${port}/health`)).ok;
 *   const command: ServerCommand = {
 *     program: "etcd",
 *     args: [`--listen-client-urls=http://127.0.0.1:${port}`],
 *     isReady,
 *   };
 *   const server = await ServerProcess.start(command);
 *   return {
 *     freeze: () => server.freeze(),
 *     thaw: () => server.thaw(),
 *     kill: () => server.kill(),
 *     restartEmpty: () => server.start(),
 *   };
 * }
 */
export class ServerProcess implements AsyncDisposable {
  readonly #command: ServerCommand;
  #process: ChildProcess | undefined;
  #output = "";

  private constructor(command: ServerCommand) {
    this.#command = command;
  }

  /** Resolves when the server is ready. @throws Error with what it printed, when it ends or is not ready in time. */
  static async start(command: ServerCommand): Promise<ServerProcess> {
    const server = new ServerProcess(command);
    await server.start();
    return server;
  }

  /** Starts it anew after it was killed. */
  async start(): Promise<void> {
    const { program, args, isReady, startTimeoutMs = 20_000 } = this.#command;
    const process = spawn("sh", ["-c", guardedStart, program, ...args], {
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    this.#process = process;
    this.#output = "";
    let problem: string | undefined;
    process.once("error", (error) => {
      problem = error.message;
    });
    for (const stream of [process.stdout, process.stderr]) stream?.on("data", (text) => this.#keep(text));
    const deadlineMs = systemClock.nowMs() + startTimeoutMs;
    while (!(await isReady().catch(() => false))) {
      if (process.exitCode !== null) problem = `it ended with ${process.exitCode}`;
      if (systemClock.nowMs() > deadlineMs) problem = `it was not ready within ${startTimeoutMs} ms`;
      if (problem !== undefined) {
        await this.kill();
        throw new Error(`${program} did not start: ${problem}\n${this.#output}`);
      }
      await pause(50, { clock: systemClock, signal: new AbortController().signal });
    }
  }

  /** Lets it accept connections and answer nothing. */
  freeze(): void {
    this.#process?.kill("SIGSTOP");
  }

  /** Lets a frozen server go on. */
  thaw(): void {
    this.#process?.kill("SIGCONT");
  }

  /** Ends it without a word. */
  async kill(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (process?.pid === undefined || process.exitCode !== null || process.signalCode !== null) return;
    const exit = once(process, "exit");
    process.kill("SIGKILL");
    await exit;
    process.stdio[3]?.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #keep(text: unknown): void {
    this.#output = `${this.#output}${String(text)}`.slice(-4_000);
  }
}
