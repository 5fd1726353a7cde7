import type { EffortName } from "../measurement/effort.ts";

/** A program that is measured, each time in a process of its own. */
export interface Subject {
  /** As in results. */
  readonly name: string;
  /** What it may run on. JavaScript runs on one core, whatever the machine has. */
  readonly cores: "one" | "all";
  /** Workloads that cannot be put to it, with the reason. */
  readonly cannot: ReadonlyMap<string, string>;
  /** Looks for what it needs, and builds it if need be. */
  prepare(): Promise<Prepared>;
}

export type Prepared =
  | {
      readonly state: "ready";
      readonly version: string;
      /**
       * The command that measures one workload and prints its samples as one line of JSON. The server's address comes
       * after it, if there is one.
       */
      command(workload: string, effort: EffortName): readonly string[];
      /** The command of the other process that takes part in a workload, if any. It prints "listening on ADDRESS". */
      server?(workload: string): readonly string[] | undefined;
    }
  | { readonly state: "missing"; readonly reason: string };

/** A subject that can run. */
export interface ReadySubject extends Subject {
  readonly prepared: Extract<Prepared, { state: "ready" }>;
}
