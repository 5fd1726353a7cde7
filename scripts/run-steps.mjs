// Runs commands, as many at a time as there are processors, all of them even when one fails, with one progress line for
// each and the output of those that failed. What several scripts share, so that all gates look alike.
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";

/**
 * Runs every step and prints a summary.
 *
 * @param {readonly { name: string, command: string }[]} steps commands for the shell, from the current folder, none of which needs another
 * @returns {Promise<boolean>} whether all of them succeeded; false as well when there was nothing to run
 */
export async function runSteps(steps) {
  const failed = [];
  const queue = steps.values();
  const runInTurn = async () => {
    for (const step of queue) if (!(await succeeds(step))) failed.push(step.name);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, runInTurn));
  if (steps.length === 0) console.log("nothing to run: that is a failure");
  else if (failed.length > 0)
    console.log(`\n${failed.length} of ${steps.length} failed: ${failed.join(", ")}`);
  else console.log(`\nall ${steps.length} passed`);
  return failed.length === 0 && steps.length > 0;
}

async function succeeds({ name, command }) {
  const startMs = performance.now();
  const { status, output } = await run(command);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1).padStart(5);
  console.log(`${status === 0 ? "ok  " : "FAIL"} ${seconds} s  ${name}`);
  if (status !== 0) console.log(`\n$ ${command}\n${output.trimEnd()}\n`);
  return status === 0;
}

function run(command) {
  return new Promise((resolve) => {
    const child = spawn(command, { shell: true, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => resolve({ status: 1, output: String(error) }));
    child.on("close", (status) => resolve({ status: status ?? 1, output }));
  });
}
