import type { History, ProcessHistory } from "../history/history.ts";
import { findDisagreements, type Span } from "./views.ts";

/** Milliseconds that members which agree again have to end what is active twice. */
const convergenceMs = 5_000;

/** One activation's life. */
export interface Lifetime extends Span {
  /** The process that it was in. */
  readonly process: string;
  readonly identity: string;
  readonly activation: string;
}

/**
 * SA-disthash: an identity is active twice only while the members see different clusters, and for five seconds once they
 * agree again.
 */
export function checkSingleActivation(history: History): readonly string[] {
  const allowed = join(
    findDisagreements(history).map(({ fromMs, toMs }) => ({ fromMs, toMs: toMs + convergenceMs })),
  );
  return findOverlaps(history)
    .filter(
      (overlap) => !allowed.some(({ fromMs, toMs }) => fromMs <= overlap.fromMs && overlap.toMs <= toMs),
    )
    .map(describeOverlap);
}

/** Spans that touch become one. */
function join(spans: readonly Span[]): readonly Span[] {
  const joined: Span[] = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (last && span.fromMs <= last.toMs) joined.splice(-1, 1, { fromMs: last.fromMs, toMs: span.toMs });
    else joined.push(span);
  }
  return joined;
}

/** For what must hold whenever members only come and go in order: no identity is ever active twice. */
export function checkNeverTwice(history: History): readonly string[] {
  return findOverlaps(history).map(describeOverlap);
}

/** A time in which an identity was active twice. */
interface Overlap extends Span {
  readonly first: Lifetime;
  readonly second: Lifetime;
}

/** Every time in which an identity was active twice. */
export function findOverlaps(history: History): readonly Overlap[] {
  const byIdentity = Map.groupBy(findLifetimes(history), ({ identity }) => identity);
  return [...byIdentity.values()].flatMap((lifetimes) => {
    const ordered = lifetimes.toSorted((a, b) => a.fromMs - b.fromMs);
    return ordered.flatMap((first, index) =>
      ordered
        .slice(index + 1)
        .filter((second) => second.fromMs < first.toMs)
        .map((second) => ({
          first,
          second,
          fromMs: second.fromMs,
          toMs: Math.min(first.toMs, second.toMs),
        })),
    );
  });
}

/** Every activation's. */
export function findLifetimes(history: History): readonly Lifetime[] {
  return history.processes.flatMap((process) => lifetimesIn(process, history));
}

/** What did not end in order ended with its process. */
function lifetimesIn({ process, events }: ProcessHistory, history: History): readonly Lifetime[] {
  const endedMs = history.lifeOf(process, "ended") ?? Number.POSITIVE_INFINITY;
  const ends = new Map(
    events.filter((event) => event.event === "deactivated").map(({ activation, atMs }) => [activation, atMs]),
  );
  return events
    .filter((event) => event.event === "activated")
    .map(({ identity, activation, atMs }) => ({
      process,
      identity,
      activation,
      fromMs: atMs,
      toMs: ends.get(activation) ?? endedMs,
    }));
}

function describeOverlap({ first, second, fromMs, toMs }: Overlap): string {
  const forMs = Math.round(toMs - fromMs);
  return `${first.identity} was active as ${first.activation} and ${second.activation} for ${forMs} ms from ${fromMs}`;
}
