import type { Clock } from "./clock.ts";

/** Does about so many units of work, makes sure that all were done, and resolves with how many. */
export type Work = (size: number) => Promise<number>;

export interface Timing {
  /** Milliseconds that the measured run takes, about. */
  readonly measureMs: number;
  /** Milliseconds that work goes on, at least, before anything is measured. */
  readonly warmUpMs: number;
  readonly clock: Clock;
}

const firstSize = 1024;
/** Part of `measureMs` that a run must take to tell how much work fills it. */
const trialShare = 0.25;
/**
 * What is done before anything is measured, for each millisecond of `measureMs`: V8 compiles a function for good after
 * thousands of calls, and what waits for another process makes a thousand in the time that others take for millions.
 */
const warmUpUnitsPerMs = 20;
/** For slow subjects: warming up ends after so many times `measureMs`. */
const warmUpShare = 5;

/**
 * Units of work done in a second.
 *
 * Doubles the work until it takes a while, goes on until the code is compiled, and then times one long run.
 */
export async function measureRate(work: Work, { measureMs, warmUpMs, clock }: Timing): Promise<number> {
  const timeWork = async (size: number) => {
    const startMs = clock.nowMs();
    const done = await work(size);
    return { done, tookMs: clock.nowMs() - startMs };
  };
  const trialMs = measureMs * trialShare;
  const startMs = clock.nowMs();
  let size = firstSize;
  let trial = await timeWork(size);
  let warmedUp = size;
  const isWarm = () => {
    const tookMs = clock.nowMs() - startMs;
    if (tookMs >= measureMs * warmUpShare) return true;
    return tookMs >= warmUpMs && warmedUp >= measureMs * warmUpUnitsPerMs;
  };
  while (trial.tookMs < trialMs || !isWarm()) {
    if (trial.tookMs < trialMs) size *= 2;
    trial = await timeWork(size);
    warmedUp += size;
  }
  const { done, tookMs } = await timeWork(Math.ceil((size * measureMs) / trial.tookMs));
  return (done * 1000) / tookMs;
}

/**
 * Counts are of what arrived; a run that lost or doubled something measured nothing.
 *
 * @throws Error unless both are the same.
 */
export function expectCount(arrived: number, expected: number): void {
  if (arrived !== expected) throw new Error(`${arrived} arrived instead of ${expected}`);
}
