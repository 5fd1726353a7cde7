import { pause, type WaitContext } from "./pause.ts";

/** How often something may happen. */
export interface PaceOptions {
  /** Least milliseconds from one time to the next on average. */
  readonly everyMs: number;
  /** How many times may come at once when it has been quiet before. */
  readonly burst: number;
}

/** Bounds how often something happens, whatever makes it happen. */
export class Pace {
  readonly #options: PaceOptions;
  /** When as many times would be due, at the average pace. */
  #dueMs = 0;

  constructor(options: PaceOptions) {
    this.#options = options;
  }

  /** Counts one time; resolves when the next may come, or at once when the signal aborts. */
  async next({ clock, signal }: WaitContext): Promise<void> {
    const { everyMs, burst } = this.#options;
    this.#dueMs = Math.max(this.#dueMs, clock.nowMs()) + everyMs;
    await pause(Math.max(0, this.#dueMs - burst * everyMs - clock.nowMs()), { clock, signal });
  }
}
