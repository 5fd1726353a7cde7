import type { Unit } from "../measurement/sample.ts";

/** What a subject is to reach with one figure of a workload. */
export interface Target {
  readonly workload: string;
  readonly unit: Unit;
  /** Whose figure it is. Default: our subject. */
  readonly subject?: string | undefined;
  /** The figure divided by another subject's, by that subject's name: at least for a rate, else at most. */
  readonly ratios: Readonly<Record<string, number>>;
  /** The figure may not exceed this. */
  readonly atMost?: number | undefined;
}

/** Of rates more is better, of all else less is. */
export function isRate(unit: Unit): boolean {
  return unit.endsWith("/s") || unit.endsWith("/CPU s");
}

/** Whether a ratio is on the right side of its limit. */
export function isReached(
  ratio: number,
  { unit, limit }: { readonly unit: Unit; readonly limit: number },
): boolean {
  return isRate(unit) ? ratio >= limit : ratio <= limit;
}
