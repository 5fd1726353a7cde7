import type { Clock } from "../measurement/clock.ts";
import type { Effort } from "../measurement/effort.ts";
import type { Sample } from "../measurement/sample.ts";

/** A question that is put to every subject. */
export interface Workload<Subject> {
  /** As in tables and in `--only`: what stands before the first space names the workload and all its variants. */
  readonly name: string;
  /** What is done and counted. */
  readonly about: string;
  /** @throws Error if not all that was sent arrived. */
  measure(subject: Subject, setting: Setting): Promise<Sample[]>;
}

/** How much is to be done, and with which clock. */
export interface Setting extends Effort {
  readonly clock: Clock;
}

/** What is done inside a process is done so often that it is compiled by the time it has been doubled to be measured. */
export function inOneProcess(setting: Setting): Setting {
  return { ...setting, warmUpMs: 0 };
}
