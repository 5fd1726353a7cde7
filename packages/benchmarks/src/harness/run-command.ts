import { spawn } from "node:child_process";

export interface CommandOptions {
  readonly cwd?: string | undefined;
  /** Milliseconds after which it is killed. */
  readonly timeoutMs: number;
}

/**
 * Runs a program and resolves with what it printed.
 *
 * @throws Error if it cannot be started, ends with another status than 0 or takes too long; with the line of its
 *   standard error that says most.
 */
export function runCommand(command: readonly string[], { cwd, timeoutMs }: CommandOptions): Promise<string> {
  const [program = "", ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: timeoutMs,
      killSignal: "SIGKILL",
      env: childEnvironment(),
    });
    const printed = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      printed.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      printed.stderr += text;
    });
    child.once("error", reject);
    child.once("close", (status, signal) => {
      if (status === 0) resolve(printed.stdout);
      else reject(new Error(`${program} ended with ${status ?? signal}: ${reasonIn(printed.stderr)}`));
    });
  });
}

/** Ours as in production, without options meant for this process: they must not change what is measured. */
export function childEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, NODE_ENV: "production", NODE_OPTIONS: undefined };
}

/** The line that names an error, or else the last. */
function reasonIn(printed: string): string {
  const lines = printed.trim().split("\n");
  return lines.find((line) => /^\w*Error: /.test(line)) ?? lines.at(-1)!;
}
