import type { Fault } from "../history/events.ts";
import type { History, ProcessHistory } from "../history/history.ts";
import type { Span } from "./views.ts";

/** Milliseconds by which the test may hear late that a process has died. */
const noticeMs = 100;
/** Milliseconds within which the others see it. */
const longestTtlMs = 15_000;
/** Milliseconds in which a fault that is over still has effects: connections are found broken, and made anew. */
export const aftermathMs = 1_000;

/** A time in which messages may be lost, whose, and why. */
export interface Cause extends Span {
  /** Those of calls that all of these processes have to do with; of all calls, if there are none. */
  readonly touches: readonly string[];
  readonly why:
    | "a process died"
    | "a process or a link failed"
    | "the grain was busy"
    | "a process stood still"
    | "a member was let go";
}

/** What may have lost messages: processes that died, what the test did to processes and links, and members that were let go for it. */
export function findCauses(history: History): readonly Cause[] {
  return [...findDeaths(history), ...findFailures(history), ...findReturns(history)];
}

/** From when a member sees that it was let go, and so ends its connections, until it is a member again. */
function findReturns({ processes }: History): readonly Cause[] {
  return processes.flatMap(({ process, events }) =>
    events
      .filter(({ event }) => event === "came_back")
      .flatMap(({ atMs: toMs }) => {
        const letGo = events.findLast(
          (event) => event.event === "seen" && event.members.length === 0 && event.atMs < toMs,
        );
        return letGo
          ? [{ why: "a member was let go", touches: [process], fromMs: letGo.atMs, toMs } as const]
          : [];
      }),
  );
}

/** Until the others see that a process has died, calls wait for it; what is sent on in the last moment may come too late. */
function findDeaths(history: History): readonly Cause[] {
  return history.test
    .filter((event) => event.event === "ended" && event.code !== 0)
    .map(({ atMs, process }) => ({
      why: "a process died",
      touches: process === undefined ? [] : [process],
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

function findFailures(history: History): readonly Cause[] {
  const byPlace = Map.groupBy(history.faults, (fault) => placeOf(fault, history).join(" "));
  return [...byPlace.values()].flatMap((faults) => {
    const touches = placeOf(faults[0]!, history);
    return failuresAt(faults).map((span) => ({ ...span, touches, why: "a process or a link failed" }));
  });
}

/** The processes at the ends of a link; one that cannot reach the store is let go by all, so it is that process that fails. */
function placeOf({ process, link }: Fault, { processes }: History): readonly string[] {
  const named = link ?? (process === undefined ? [] : [process]);
  return named.filter((name) => processes.some((each) => each.process === name));
}

/** When one process, or one link, failed. */
function failuresAt(faults: readonly Fault[]): readonly Span[] {
  const spans: Span[] = [];
  let sinceMs: number | undefined;
  for (const { loses, atMs } of faults) {
    if (loses === "from now") sinceMs ??= atMs;
    if (loses === "now") spans.push({ fromMs: atMs, toMs: atMs + aftermathMs });
    if (loses === "until now") {
      spans.push({ fromMs: sinceMs ?? atMs, toMs: atMs + aftermathMs });
      sinceMs = undefined;
    }
  }
  if (sinceMs !== undefined) spans.push({ fromMs: sinceMs, toMs: Number.POSITIVE_INFINITY });
  return spans;
}

/** When each grain handled a call, or came to life: what waits behind that may wait until its time is over. */
export function findBusyTimes({ processes }: History): ReadonlyMap<string, readonly Cause[]> {
  const why = "the grain was busy";
  return Map.groupBy(
    processes.flatMap(busyTimesIn).map((busy) => ({ ...busy, touches: [], why }) as const),
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
  return processes.map(({ process, events }) =>
    events
      .filter((event) => event.event === "stalled")
      .map(({ atMs, forMs }) => {
        const span = { fromMs: atMs - forMs, toMs: atMs };
        return { ...span, touches: [process], why: "a process stood still" };
      }),
  );
}
