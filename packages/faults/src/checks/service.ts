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

/** Which process served an identity last before a moment; undefined for one that none did. */
export function servedBy({ calls }: History, beforeMs: number): ReadonlyMap<string, string> {
  const served = calls.flatMap(({ identity, returns }) =>
    returns.flatMap(({ atMs, process }) => (process && atMs < beforeMs ? [{ identity, process, atMs }] : [])),
  );
  return new Map(
    served.toSorted((a, b) => a.atMs - b.atMs).map(({ identity, process }) => [identity, process]),
  );
}
