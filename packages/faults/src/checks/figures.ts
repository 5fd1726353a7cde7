import type { Call } from "../history/history.ts";

/** What calls came to. */
export interface CallFigures {
  readonly calls: number;
  /** How many settled with each outcome. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Milliseconds that those took which succeeded. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Counts calls and ranks their times. */
export function figuresOf(calls: readonly Call[]): CallFigures {
  const outcomes: Record<string, number> = {};
  const tookMs: number[] = [];
  for (const { atMs, returns } of calls) {
    for (const { outcome, atMs: endMs } of returns) {
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (outcome === "ok") tookMs.push(endMs - atMs);
    }
  }
  tookMs.sort((a, b) => a - b);
  const { [0.5]: p50Ms, [0.99]: p99Ms, [1]: maxMs } = quantiles(tookMs, [0.5, 0.99, 1]);
  return { calls: calls.length, outcomes, p50Ms: p50Ms!, p99Ms: p99Ms!, maxMs: maxMs! };
}

/** Values of a sorted list, rounded to a tenth, at shares from 0 to 1; NaN when it is empty. */
function quantiles(sorted: readonly number[], shares: readonly number[]): Readonly<Record<number, number>> {
  const at = (share: number): number =>
    sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return Object.fromEntries(shares.map((share) => [share, Math.round(at(share) * 10) / 10]));
}
