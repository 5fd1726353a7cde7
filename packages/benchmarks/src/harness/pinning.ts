import { availableParallelism } from "node:os";
import { runCommand } from "./run-command.ts";
import type { Subject } from "./subject.ts";

/** How programs are kept on cores. */
export interface Pinning {
  /** For readers of the results. */
  readonly about: string;
  /** The command that runs the given one on the cores that its subject may use. */
  pin(command: readonly string[], cores: Subject["cores"]): readonly string[];
}

/** Uses `taskset` where there is one. One core is then the last: the first serves most interrupts. */
export async function findPinning(): Promise<Pinning> {
  const core = String(availableParallelism() - 1);
  try {
    await runCommand(["taskset", "-c", core, "true"], { timeoutMs: 10_000 });
  } catch {
    return { about: "not pinned, as there is no taskset", pin: (command) => command };
  }
  return {
    about: `Node pinned to core ${core} by taskset, Go on all cores`,
    pin: (command, cores) => (cores === "one" ? ["taskset", "-c", core, ...command] : command),
  };
}
