import { ProcessTerminal } from "./process-terminal.ts";

const minNode = [22, 18] as const;

/**
 * Runs the command line with the terminal and the signals of this process, and sets its exit code. With a Node that is
 * too old it says so and does nothing.
 *
 * @example
 * import { runInProcess } from "@ts-grain/cli";
 *
 * await runInProcess(["where", "SmartBulb/kitchen", "--cluster", "home"]);
 */
export async function runInProcess(args: readonly string[]): Promise<void> {
  const { version } = process;
  if (!isNewEnough(process.versions.node)) {
    process.stderr.write(
      `error: ts-grain needs Node ${minNode.join(".")} or newer, and this is ${version}\n`,
    );
    process.exitCode = 2;
    return;
  }
  const interruption = new AbortController();
  process.once("SIGINT", () => interruption.abort());
  // A reader that has seen enough, such as `head`, is no error.
  process.stdout.on("error", () => process.exit());
  const terminal = new ProcessTerminal(process, interruption.signal);
  // Only now, since an older Node could not even load it.
  const { runProgram } = await import("./program.ts");
  process.exitCode = await runProgram(args, terminal);
  terminal.close();
  // What was begun may still wait for others.
  if (interruption.signal.aborted) process.exit();
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > minNode[0] || (major === minNode[0] && minor >= minNode[1]);
}
