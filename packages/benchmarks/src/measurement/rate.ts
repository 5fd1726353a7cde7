import type { Clock } from "./clock.ts";

/** Does about so many units of work, makes sure that all were done, and resolves with how many. */
export type Work = (size: number) => Promise<number>;

export interface Timing {
  /** Milliseconds that the measured run takes, about. */
  readonly measureMs: number;
  readonly clock: Clock;
}

const firstSize = 1024;
/** Part of `measureMs` that a run must take to tell how much work fills it. */
const trialShare = 0.25;

/**
 * Units of work done in a second.
 *
 * Doubles the work until it takes a while, by which time the code is compiled, and then times one long run.
 */
export async function measureRate(work: Work, { measureMs, clock }: Timing): Promise<number> {
  const timeWork = async (size: number) => {
    const startMs = clock.nowMs();
    const done = await work(size);
    return { done, tookMs: clock.nowMs() - startMs };
  };
  let size = firstSize;
  let trial = await timeWork(size);
  while (trial.tookMs < measureMs * trialShare) {
    size *= 2;
    trial = await timeWork(size);
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
