/** What a process took at a moment. */
export interface MemorySample {
  readonly heapBytes: number;
  readonly rssBytes: number;
}

/** By how much the last third of samples is above the second. The first third is for warming up. */
export interface MemoryGrowth {
  /** Of the least that the heap had, which is about what lives. */
  readonly heapBytes: number;
  /** The share by which the median of what the process occupied is higher. */
  readonly rssShare: number;
}

/** Compares what was taken in the middle of a time and in its end. */
export function growthOf(samples: readonly MemorySample[]): MemoryGrowth {
  const third = Math.floor(samples.length / 3);
  const [middle, last] = [samples.slice(third, 2 * third), samples.slice(-third)];
  return {
    heapBytes: leastHeap(last) - leastHeap(middle),
    rssShare: medianRss(last) / medianRss(middle) - 1,
  };
}

/** By how much what was measured at even steps grows from one to the next: the slope of the straight line that fits it best. */
export function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const shared = values.reduce((sum, value, step) => sum + (step - middle) * (value - mean), 0);
  return shared / values.reduce((sum, _value, step) => sum + (step - middle) ** 2, 0);
}

function leastHeap(samples: readonly MemorySample[]): number {
  return Math.min(...samples.map(({ heapBytes }) => heapBytes));
}

function medianRss(samples: readonly MemorySample[]): number {
  return samples.map(({ rssBytes }) => rssBytes).toSorted((a, b) => a - b)[Math.floor(samples.length / 2)]!;
}
