import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { childEnvironment } from "./run-command.ts";

/** A process that serves. */
export interface Server extends AsyncDisposable {
  /** Where it listens, as it printed it. */
  readonly address: string;
}

/**
 * Starts a program that prints "listening on ADDRESS" and ends with its standard input. Disposing ends it.
 *
 * @throws Error if it ends before it listens.
 */
export async function runServer(command: readonly string[]): Promise<Server> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "ignore"], env: childEnvironment() });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status, signal) => reject(new Error(`${program} ended with ${status ?? signal}`)));
    createInterface(child.stdout).on("line", (line) => {
      const [, listened] = /^listening on (.+)$/.exec(line) ?? [];
      if (listened !== undefined) resolve(listened);
    });
  });
  return {
    address,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await closed;
    },
  };
}
