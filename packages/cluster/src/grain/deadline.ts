import type { Clock } from "@ts-grain/actor";

/** One moment by which a call must settle, however often it is retried. */
export class Deadline {
  /** Milliseconds that there were at the beginning. */
  readonly timeoutMs: number;
  readonly #clock: Clock;
  readonly #atMs: number;

  constructor(clock: Clock, timeoutMs: number) {
    this.timeoutMs = timeoutMs;
    this.#clock = clock;
    this.#atMs = clock.nowMs() + timeoutMs;
  }

  /** Milliseconds left, never negative. This, and not the moment, is what goes on the wire. */
  get remainingMs(): number {
    return Math.max(0, this.#atMs - this.#clock.nowMs());
  }
}
