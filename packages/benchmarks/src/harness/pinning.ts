import { availableParallelism } from "node:os";
import { runCommand } from "./run-command.ts";
import type { Subject } from "./subject.ts";

/** How programs are kept on cores. */
export interface Pinning {
  /** For readers of the results. */
  readonly about: string;
  /** The command that runs the given one on the cores that its subject may use. */
  pin(
    command: readonly string[],
    where: { readonly cores: Subject["cores"]; readonly place: Place },
  ): readonly string[];
}

/** Which core a process has for itself: that of the process that measures, or of the other one. */
type Place = "measuring" | "serving";

/** Uses `taskset` where there is one. Who measures has the last core, as the first serves most interrupts. */
export async function findPinning(): Promise<Pinning> {
  const last = availableParallelism() - 1;
  const places = { measuring: String(last), serving: String(Math.max(0, last - 1)) };
  try {
    await runCommand(["taskset", "-c", places.measuring, "true"], { timeoutMs: 10_000 });
  } catch {
    return { about: "not pinned, as there is no taskset", pin: (command) => command };
  }
  return {
    about: `Node pinned to a core by taskset, Go on all cores`,
    pin: (command, { cores, place }) =>
      cores === "one" ? ["taskset", "-c", places[place], ...command] : command,
  };
}
