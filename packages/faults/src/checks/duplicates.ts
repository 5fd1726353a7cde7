import type { History } from "../history/history.ts";
import { findLifetimes, findOverlaps, type Lifetime } from "./single-activation.ts";

/** Milliseconds by which members may be wrong about when an activation ended elsewhere: a message's way. */
const toleranceMs = 250;

/** SA-disthash: whatever a member reports to have been active twice was so. */
export function checkReports(history: History): readonly string[] {
  const lifetimes = Map.groupBy(findLifetimes(history), ({ identity }) => identity);
  return findReports(history)
    .filter(({ identity }) => !wereTogether(lifetimes.get(identity) ?? []))
    .map(
      ({ atMs, identity }) => `${identity} was reported at ${atMs} to have been active twice, and was not`,
    );
}

/** SA-disthash: whatever was active twice, at members that lived on, was reported, each once. */
export function checkReported(history: History): readonly string[] {
  const reported = Map.groupBy(findReports(history), ({ identity }) => identity);
  const twice = Map.groupBy(findOverlaps(history), ({ first }) => first.identity);
  return [...twice].flatMap(([identity, overlaps]) => {
    const times = reported.get(identity)?.length ?? 0;
    if (times === overlaps.length) return [];
    return [`${identity} was active twice ${overlaps.length} times, and that was reported ${times} times`];
  });
}

function findReports(history: History) {
  return history.processes.flatMap(({ events }) =>
    events.filter((event) => event.event === "reported_twice"),
  );
}

function wereTogether(lifetimes: readonly Lifetime[]): boolean {
  return lifetimes.some((first, index) =>
    lifetimes
      .slice(index + 1)
      .some((second) => first.fromMs < second.toMs + toleranceMs && second.fromMs < first.toMs + toleranceMs),
  );
}
