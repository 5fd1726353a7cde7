import type { Clock, Timer } from "../ports/clock.ts";

/** Whether one more entry is granted; the last one of a period is "closing". */
export type Valve = "open" | "closing" | "closed";

/** How many entries a period may have. */
export interface ThrottleOptions {
  readonly limit: number;
  readonly periodMs: number;
}

/** Grants a number of entries per period, and tells at its end how many were refused. */
export class Throttle {
  readonly #clock: Clock;
  readonly #options: ThrottleOptions;
  readonly #onRefused: (count: number) => void;
  #count = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, options: ThrottleOptions, onRefused: (count: number) => void) {
    this.#clock = clock;
    this.#options = options;
    this.#onRefused = onRefused;
  }

  /** Counts one entry. A period begins with the first one after a pause. */
  next(): Valve {
    const { limit, periodMs } = this.#options;
    this.#count++;
    this.#timer ??= this.#clock.schedule(periodMs, () => this.#endPeriod());
    if (this.#count > limit) return "closed";
    return this.#count === limit ? "closing" : "open";
  }

  /** Ends the period now. */
  close(): void {
    this.#timer?.cancel();
    if (this.#timer) this.#endPeriod();
  }

  #endPeriod(): void {
    const refused = this.#count - this.#options.limit;
    this.#timer = undefined;
    this.#count = 0;
    if (refused > 0) this.#onRefused(refused);
  }
}
