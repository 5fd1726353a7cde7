import type { Clock } from "@ts-grain/actor";

/** One moment by which a call must settle, however often it is retried. */
export class Deadline {
  /** Milliseconds that there were at the beginning. */
  readonly timeoutMs: number;
  /** When it passes, by the clock that it was made with. */
  readonly atMs: number;
  readonly #clock: Clock;

  /** @param sinceMs when it began, by the clock. Default: now */
  constructor(clock: Clock, timeoutMs: number, sinceMs: number = clock.nowMs()) {
    this.timeoutMs = timeoutMs;
    this.#clock = clock;
    this.atMs = sinceMs + timeoutMs;
  }

  /** The moment as it goes on the wire, where nobody knows this clock: its whole milliseconds but for their highest bit, never 0. */
  get wireMs(): number {
    return Math.ceil(this.atMs) & 0x7fff_ffff || 1;
  }

  /** Whether it has passed at a moment of the same clock. */
  isOver(nowMs: number): boolean {
    return this.atMs <= nowMs;
  }

  /** Milliseconds left, never negative. */
  get remainingMs(): number {
    return Math.max(0, this.atMs - this.#clock.nowMs());
  }
}
