import type { History, ProcessHistory } from "../history/history.ts";
import type { Span } from "./views.ts";

/** Milliseconds by which the test may hear late that a process has died. */
const noticeMs = 100;
/** Milliseconds within which the others see it. */
const longestTtlMs = 15_000;
/** Milliseconds in which a fault that is over still has effects: connections are found broken, and made anew. */
const aftermathMs = 1_000;

/** A time in which messages may be lost, and why. */
export interface Cause extends Span {
  readonly why:
    | "a process died"
    | "a process or a link failed"
    | "the grain was busy"
    | "a process stood still";
}

/** What may have lost messages, whoever sent them: processes that died, and what the test did to processes and links. */
export function findCauses(history: History): readonly Cause[] {
  return [...findDeaths(history), ...findFailures(history)];
}

/** Until the others see that a process has died, calls wait for it; what is sent on in the last moment may come too late. */
function findDeaths(history: History): readonly Cause[] {
  return history.test
    .filter((event) => event.event === "ended" && event.code !== 0)
    .map(({ atMs }) => ({
      why: "a process died",
      fromMs: atMs - noticeMs,
      toMs: seenByAllMs(history, atMs) + aftermathMs,
    }));
}

/** When the last of those that saw another cluster after a death saw it for the first time. */
function seenByAllMs({ processes }: History, deathMs: number): number {
  const firstViews = processes.map(
    ({ events }) => events.find(({ event, atMs }) => event === "seen" && atMs > deathMs)?.atMs ?? deathMs,
  );
  return Math.min(Math.max(deathMs, ...firstViews), deathMs + longestTtlMs);
}

function findFailures({ faults }: History): readonly Cause[] {
  const spans: Span[] = [];
  /** Since when each process, or what is none, fails. */
  const failing = new Map<string | undefined, number>();
  for (const { process, loses, atMs } of faults) {
    const fromMs = failing.get(process) ?? atMs;
    if (loses === "from now") failing.set(process, fromMs);
    if (loses === "until now") failing.delete(process);
    if (loses === "now") spans.push({ fromMs: atMs, toMs: atMs + aftermathMs });
    if (loses === "until now") spans.push({ fromMs, toMs: atMs + aftermathMs });
  }
  for (const fromMs of failing.values()) spans.push({ fromMs, toMs: Number.POSITIVE_INFINITY });
  return spans.map((span) => ({ ...span, why: "a process or a link failed" }));
}

/** When each grain handled a call, or came to life: what waits behind that may wait until its time is over. */
export function findBusyTimes({ processes }: History): ReadonlyMap<string, readonly Cause[]> {
  return Map.groupBy(
    processes.flatMap(busyTimesIn).map((busy) => ({ ...busy, why: "the grain was busy" as const })),
    ({ identity }) => identity,
  );
}

function busyTimesIn({ events }: ProcessHistory): readonly (Span & { readonly identity: string })[] {
  const ends = new Map<string, number>();
  for (const event of events) {
    if (event.event === "finished") ends.set(event.message, event.atMs);
    else if (event.event === "activated") ends.set(event.activation, event.atMs);
  }
  return events
    .filter((event) => event.event === "started" || event.event === "activating")
    .map((event) => ({
      identity: event.identity,
      fromMs: event.atMs,
      toMs:
        ends.get(event.event === "started" ? event.message : event.activation) ?? Number.POSITIVE_INFINITY,
    }));
}

/** The times for which each process stood still. */
export function findStalls({ processes }: History): readonly (readonly Cause[])[] {
  return processes.map(({ events }) =>
    events
      .filter((event) => event.event === "stalled")
      .map(({ atMs, forMs }) => ({ why: "a process stood still", fromMs: atMs - forMs, toMs: atMs })),
  );
}
