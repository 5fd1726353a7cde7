import type { History } from "../history/history.ts";
import { aftermathMs } from "./causes.ts";
import { findLifetimes, type Lifetime } from "./single-activation.ts";
import type { Span } from "./views.ts";

/** Of a call: who made it, to which grain, and the time in which something may have happened to it. */
export interface Journey extends Span {
  readonly caller: string;
  readonly identity: string;
}

/** Tells which processes a call has to do with, so that a fault of theirs may have lost it. */
export class Involvement {
  readonly #history: History;
  readonly #lifetimes: ReadonlyMap<string, readonly Lifetime[]>;

  constructor(history: History) {
    this.#history = history;
    this.#lifetimes = Map.groupBy(
      findLifetimes(history).toSorted((a, b) => a.fromMs - b.fromMs),
      ({ identity }) => identity,
    );
  }

  /**
   * Its caller and those who have the grain, or had it until just now. While nobody has it, any member: who is to activate it
   * depends on who sees which members, and may be the one that fails.
   */
  of(journey: Journey): (process: string) => boolean {
    const lifetimes = this.#lifetimes.get(journey.identity) ?? [];
    const hosts = lifetimes.filter((life) => isNear(life, journey) || this.#diedWith(life));
    const names = new Set([journey.caller, ...hosts.map(({ process }) => process)]);
    const isHomeless = hasGap(lifetimes, journey);
    return (process) => names.has(process) || (isHomeless && this.#history.isMember(process));
  }

  /** Until the others have seen that its process died, they may send there. */
  #diedWith({ process, toMs }: Lifetime): boolean {
    return this.#history.lifeOf(process, "ended") === toMs;
  }
}

/** A caller may learn a moment late that a grain has moved. */
function isNear(life: Span, journey: Span): boolean {
  return life.fromMs <= journey.toMs + aftermathMs && journey.fromMs - aftermathMs <= life.toMs;
}

/** Whether there is a moment in a time that is in none of the spans, which come in the order of their beginnings. */
function hasGap(spans: readonly Span[], { fromMs, toMs }: Span): boolean {
  let coveredMs = fromMs;
  for (const span of spans) {
    if (span.fromMs > coveredMs) break;
    coveredMs = Math.max(coveredMs, span.toMs);
  }
  return coveredMs < toMs;
}
