import type { Fault, ProcessEvent, TestEvent } from "../src/history/events.ts";
import { History } from "../src/history/history.ts";

type Untimed<T> = T extends unknown ? Omit<T, "atMs"> : never;

/** What happened, told line by line: the moment, the process (or "test") and the event. */
export type Line = readonly [atMs: number, process: string, event: Untimed<ProcessEvent | TestEvent>];

/** Makes a history of lines in which the members m1 and m2 and the client c1 live from 0 on. */
export function tell(...lines: readonly Line[]): History {
  const processes = ["m1", "m2", "c1"].map((process) => ({
    process,
    events: lines
      .filter(([, by]) => by === process)
      .map(([atMs, , event]) => ({ atMs, ...event }) as ProcessEvent),
  }));
  const lives = processes.map(({ process }) => ({
    atMs: 0,
    event: "spawned" as const,
    process,
    role: process === "c1" ? ("client" as const) : ("member" as const),
  }));
  const test = lines
    .filter(([, by]) => by === "test")
    .map(([atMs, , event]) => ({ atMs, ...event }) as TestEvent);
  return new History(processes, [...lives, ...test]);
}

/** A call number `sequence` to "lamp", made by c1 with a deadline of 1,000 ms. */
export function called(atMs: number, sequence: number): Line {
  const message = `call-${sequence}`;
  return [
    atMs,
    "c1",
    { event: "called", message, identity: "lamp", sender: "c1", sequence, timeoutMs: 1_000 },
  ];
}

export function returned(atMs: number, sequence: number, outcome = "ok", process = "m1"): Line {
  return [
    atMs,
    "c1",
    { event: "returned", message: `call-${sequence}`, outcome, process, activation: `${process}/1` },
  ];
}

/** A one-way call, with as much time. */
export function told(atMs: number, sequence: number): Line {
  const message = `call-${sequence}`;
  return [atMs, "c1", { event: "told", message, identity: "lamp", sender: "c1", sequence, timeoutMs: 1_000 }];
}

export function handedOver(atMs: number, sequence: number, outcome = "ok"): Line {
  return [atMs, "c1", { event: "handed_over", message: `call-${sequence}`, outcome }];
}

/** Something is done to a process, or to what is none. */
export function fault(atMs: number, loses: Fault["loses"], process?: string): Line {
  return [atMs, "test", { event: "fault", what: "something breaks", loses, process }];
}

/** Something is done to the link between two. */
export function linkFault(atMs: number, loses: Fault["loses"], one: string, other: string): Line {
  return [atMs, "test", { event: "fault", what: "a link breaks", loses, link: [one, other] }];
}

export function started(atMs: number, process: string, sequence: number): Line {
  const activation = `${process}/1`;
  const message = `call-${sequence}`;
  return [atMs, process, { event: "started", identity: "lamp", activation, message, sender: "c1", sequence }];
}

export function finished(atMs: number, process: string, sequence: number): Line {
  return [atMs, process, { event: "finished", activation: `${process}/1`, message: `call-${sequence}` }];
}

export function activated(atMs: number, process: string): Line {
  return [atMs, process, { event: "activated", identity: "lamp", activation: `${process}/1` }];
}

export function deactivated(atMs: number, process: string): Line {
  return [atMs, process, { event: "deactivated", activation: `${process}/1`, reason: "moved" }];
}

export function reportedTwice(atMs: number, process: string): Line {
  return [atMs, process, { event: "reported_twice", identity: "lamp" }];
}

export function seen(atMs: number, process: string, ...members: readonly string[]): Line {
  return [atMs, process, { event: "seen", members }];
}

export function ended(atMs: number, process: string, code: number | null = null): Line {
  return [atMs, "test", { event: "ended", process, role: "member", code }];
}
