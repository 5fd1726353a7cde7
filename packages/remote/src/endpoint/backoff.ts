/** Pauses between attempts to connect. */
export interface Backoff {
  /** Longest first pause in milliseconds. */
  readonly initialMs: number;
  /** Longest pause in milliseconds. */
  readonly maxMs: number;
}

/**
 * The pause before the given attempt, counted from 1: the bound doubles each time, and chance picks between half of it
 * and all of it, so that many members which lost the same peer do not return in step.
 */
export function backoffMs(attempt: number, { initialMs, maxMs }: Backoff, chance: number): number {
  const bound = Math.min(maxMs, initialMs * 2 ** (attempt - 1));
  return bound * (0.5 + chance / 2);
}
