import type { Stalled } from "../history/events.ts";
import type { Call, History, ProcessHistory } from "../history/history.ts";
import { notStarted } from "./accounting.ts";

/** Milliseconds after its deadline in which a call must have settled. */
const graceMs = 100;

/**
 * D2: every call settles exactly once, in time but for what its process's event loop stood still, and what it settles with is true: "ok"
 * for one handler start, "not_delivered" and its like for none. Who dies hears of nothing any more.
 */
export function checkSettlement(history: History): readonly string[] {
  const starts = Map.groupBy(history.starts, ({ message }) => message);
  const stalls = new Map(history.processes.map((process) => [process.process, stallsOf(process)]));
  return history.calls.flatMap((call) => [
    ...(diedMeanwhile(call, history) ? [] : checkTime(call, stalls.get(call.caller) ?? [])),
    ...checkTruth(call, starts.get(call.message)?.length ?? 0),
  ]);
}

function diedMeanwhile({ caller, atMs, timeoutMs }: Call, { test }: History): boolean {
  return test.some(
    (event) =>
      event.event === "ended" &&
      event.process === caller &&
      event.code !== 0 &&
      event.atMs < atMs + timeoutMs + graceMs,
  );
}

function stallsOf({ events }: ProcessHistory): readonly Stalled[] {
  return events.filter((event) => event.event === "stalled");
}

function checkTime(
  { message, atMs, timeoutMs, returns }: Call,
  stalls: readonly Stalled[],
): readonly string[] {
  const [first, ...others] = returns;
  if (!first) return [`${message} never settled`];
  if (others.length > 0) return [`${message} settled ${returns.length} times`];
  const tookMs = first.atMs - atMs;
  const lateMs = tookMs - timeoutMs - graceMs;
  if (lateMs <= 0 || lateMs <= stalledMs(stalls, { fromMs: atMs, toMs: first.atMs })) return [];
  return [
    `${message} settled after ${Math.round(tookMs)} ms, with a deadline of ${timeoutMs}: ${first.outcome}`,
  ];
}

function stalledMs(
  stalls: readonly Stalled[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): number {
  const during = stalls.filter(({ atMs, forMs }) => atMs > fromMs && atMs - forMs < toMs);
  return during.reduce((sum, { forMs }) => sum + forMs, 0);
}

function checkTruth({ message, returns }: Call, starts: number): readonly string[] {
  return returns.flatMap(({ outcome }) => {
    if (outcome === "ok" && starts === 0) return [`${message} is ok, and no handler started`];
    if (notStarted.includes(outcome) && starts > 0)
      return [`${message} is ${outcome}, and a handler started`];
    return [];
  });
}
