/**
 * When an actor failed, as far as its supervisor's strategy needs to know. It survives restarts.
 *
 * @example
 * import {
 *   ActorSystem,
 *   propsFromFunction,
 *   type RestartStatistics,
 *   type SupervisionStrategy,
 * } from "@ts-grain/actor";
 *
 * const isHopeless = (statistics: RestartStatistics): boolean => statistics.count > 3;
 * const threeLives: SupervisionStrategy = {
 *   decide({ statistics, nowMs }) {
 *     statistics.record(nowMs, 1);
 *     return { directive: isHopeless(statistics) ? "stop" : "restart" };
 *   },
 * };
 * const parent = new ActorSystem().root.spawn(
 *   propsFromFunction(() => {}, { supervisionStrategy: threeLives }),
 * );
 */
export class RestartStatistics {
  // Oldest first; never more than the strategy's budget needs.
  #timesMs: number[] = [];
  #count = 0;

  /** Number of failures since the last reset. */
  get count(): number {
    return this.#count;
  }

  /** When the actor failed last, or `undefined` if it did not. */
  get lastMs(): number | undefined {
    return this.#timesMs.at(-1);
  }

  /** Number of moments that are remembered. */
  get remembered(): number {
    return this.#timesMs.length;
  }

  /** Counts a failure, and remembers when the last `keep` ones happened. */
  record(nowMs: number, keep: number): void {
    this.#count++;
    this.#timesMs.push(nowMs);
    if (this.#timesMs.length > keep) this.#timesMs.splice(0, this.#timesMs.length - keep);
  }

  /** Number of remembered failures within the last `windowMs` milliseconds. */
  countWithin(nowMs: number, windowMs: number): number {
    return this.#timesMs.filter((timeMs) => nowMs - timeMs <= windowMs).length;
  }

  reset(): void {
    this.#timesMs = [];
    this.#count = 0;
  }
}
