import type { Call, History } from "../history/history.ts";

/** Calls that did not succeed, as lines for people. */
export function checkNoFailure(calls: readonly Call[]): readonly string[] {
  return calls.flatMap(({ message, identity, atMs, returns }) =>
    returns
      .filter(({ outcome }) => outcome !== "ok")
      .map(({ outcome, problem }) => `${message} to ${identity} at ${atMs}: ${outcome}: ${problem}`),
  );
}

/** F4: every call that is made later than so many milliseconds after a moment succeeds, and there is one for each identity. */
export function checkRecovery(
  { calls }: History,
  { afterMs, withinMs }: { readonly afterMs: number; readonly withinMs: number },
): readonly string[] {
  const later = calls.filter(({ atMs }) => atMs > afterMs + withinMs);
  const called = new Set(later.map(({ identity }) => identity));
  const silent = [...new Set(calls.map(({ identity }) => identity))].filter(
    (identity) => !called.has(identity),
  );
  return [
    ...silent.map((identity) => `${identity} was not called any more, so nobody knows whether it recovered`),
    ...checkNoFailure(later),
  ];
}

/**
 * For each identity the milliseconds from a moment until it was served again: until the end of the first call that was made after that
 * moment and succeeded. Infinity for one that never was.
 */
export function outages({ calls }: Pick<History, "calls">, afterMs: number): ReadonlyMap<string, number> {
  const byIdentity = Map.groupBy(
    calls.filter(({ atMs }) => atMs > afterMs),
    ({ identity }) => identity,
  );
  return new Map(
    [...byIdentity].map(([identity, made]) => {
      const served = made.flatMap(({ returns }) => returns.filter(({ outcome }) => outcome === "ok"));
      return [identity, Math.min(...served.map(({ atMs }) => atMs - afterMs))];
    }),
  );
}

/** F2: no identity is without service for longer while calls to it wait. Calls that fail are for others to tell. */
export function checkGaps(calls: readonly Call[], withinMs: number): readonly string[] {
  return [...longestGaps(calls)]
    .filter(([, gapMs]) => gapMs > withinMs)
    .map(([identity, gapMs]) => `${identity} was without service for ${Math.round(gapMs)} ms`);
}

/** For each identity the longest time in milliseconds for which a call to it waited and none was served. */
export function longestGaps(calls: readonly Call[]): ReadonlyMap<string, number> {
  return new Map(
    [...Map.groupBy(calls, ({ identity }) => identity)].map(([identity, made]) => [
      identity,
      longestGap(made),
    ]),
  );
}

function longestGap(calls: readonly Call[]): number {
  const served = calls
    .flatMap(({ atMs: madeMs, returns }) =>
      returns.filter(({ outcome }) => outcome === "ok").map(({ atMs }) => ({ madeMs, atMs })),
    )
    .toSorted((a, b) => b.atMs - a.atMs);
  let oldestMs = Number.POSITIVE_INFINITY;
  return Math.max(
    0,
    ...served.map(({ madeMs, atMs }, index) => {
      // Of those that are served now or later.
      oldestMs = Math.min(oldestMs, madeMs);
      return atMs - Math.max(oldestMs, served[index + 1]?.atMs ?? 0);
    }),
  );
}

/** Which process served an identity last before a moment; undefined for one that none did. */
export function servedBy({ calls }: History, beforeMs: number): ReadonlyMap<string, string> {
  const served = calls.flatMap(({ identity, returns }) =>
    returns.flatMap(({ atMs, process }) => (process && atMs < beforeMs ? [{ identity, process, atMs }] : [])),
  );
  return new Map(
    served.toSorted((a, b) => a.atMs - b.atMs).map(({ identity, process }) => [identity, process]),
  );
}
