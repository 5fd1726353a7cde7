/** The middle of the values and their extremes. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** @throws RangeError if there is no value. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort();
  return {
    median: medianOf(sorted),
    min: at(sorted, 0),
    max: at(sorted, sorted.length - 1),
    runs: sorted.length,
  };
}

function medianOf(sorted: Float64Array): number {
  const middle = (sorted.length - 1) / 2;
  return (at(sorted, Math.floor(middle)) + at(sorted, Math.ceil(middle))) / 2;
}

/**
 * The smallest value that at least `share` of all values do not exceed (nearest rank).
 *
 * @param share from 0 to 1
 * @throws RangeError if there is no value.
 */
export function percentileOf(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return at(sorted, Math.max(0, Math.ceil(share * sorted.length) - 1));
}

function at(sorted: Float64Array, index: number): number {
  const value = sorted[index];
  if (value === undefined) throw new RangeError("no values, so no statistics of them");
  return value;
}
