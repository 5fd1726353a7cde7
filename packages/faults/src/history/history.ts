import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type {
  Called,
  Fault,
  HandedOver,
  Life,
  ProcessEvent,
  Returned,
  Started,
  TestEvent,
  Told,
} from "./events.ts";

/** The journal of the test itself, beside those of the processes. */
export const testJournal = "test.jsonl";

/** What one process wrote, in order. */
export interface ProcessHistory {
  readonly process: string;
  readonly events: readonly ProcessEvent[];
}

/** A call with its end. */
export interface Call extends Called {
  /** The process that made it. */
  readonly caller: string;
  /** All that it settled with: one, if all is well. */
  readonly returns: readonly Returned[];
}

/** A one-way call, and what came of handing it over: nothing more is known to its caller. */
export interface Tell extends Told {
  readonly caller: string;
  readonly handed: readonly HandedOver[];
}

/** What happened in a test. */
export class History {
  readonly processes: readonly ProcessHistory[];
  readonly test: readonly TestEvent[];
  /** In the order in which they were made. */
  readonly calls: readonly Call[];
  /** One-way calls, in the order in which they were made. */
  readonly tells: readonly Tell[];
  /** Every handler start, in order. */
  readonly starts: readonly Started[];

  constructor(processes: readonly ProcessHistory[], test: readonly TestEvent[]) {
    this.processes = processes;
    this.test = test;
    this.calls = processes.flatMap(joinCalls).toSorted((a, b) => a.atMs - b.atMs);
    this.tells = processes.flatMap(joinTells).toSorted((a, b) => a.atMs - b.atMs);
    this.starts = processes
      .flatMap(({ events }) => events)
      .filter((event) => event.event === "started")
      .toSorted((a, b) => a.atMs - b.atMs);
  }

  /** Reads all journals of a folder. The last line of a process that was killed may be cut off. */
  static read(folder: string): History {
    const files = readdirSync(folder).filter((file) => file.endsWith(".jsonl") && file !== testJournal);
    const processes = files.map((file) => ({
      process: basename(file, ".jsonl"),
      events: readLines(join(folder, file)) as ProcessEvent[],
    }));
    return new History(processes, readLines(join(folder, testJournal)) as TestEvent[]);
  }

  get faults(): readonly Fault[] {
    return this.test.filter((event) => event.event === "fault");
  }

  /** When a process was started, joined or ended; undefined if it did not. */
  lifeOf(process: string, event: Life["event"]): number | undefined {
    return this.test.find((entry) => entry.event === event && entry.process === process)?.atMs;
  }

  isMember(process: string): boolean {
    return this.test.some(
      (entry) => entry.event === "spawned" && entry.process === process && entry.role === "member",
    );
  }
}

function joinCalls({ process: caller, events }: ProcessHistory): readonly Call[] {
  const returns = Map.groupBy(
    events.filter((event) => event.event === "returned"),
    ({ message }) => message,
  );
  return events
    .filter((event) => event.event === "called")
    .map((call) => ({ ...call, caller, returns: returns.get(call.message) ?? [] }));
}

function joinTells({ process: caller, events }: ProcessHistory): readonly Tell[] {
  const handed = Map.groupBy(
    events.filter((event) => event.event === "handed_over"),
    ({ message }) => message,
  );
  return events
    .filter((event) => event.event === "told")
    .map((tell) => ({ ...tell, caller, handed: handed.get(tell.message) ?? [] }));
}

function readLines(path: string): readonly unknown[] {
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as unknown);
}
