import type { Clock, Logger, Timer } from "@ts-grain/actor";

/** Milliseconds between two looks at the clock, and by how many one must be late to be told of. */
const looks = { everyMs: 500, lateMs: 1_000 } as const;

/**
 * Notices that this process has stood still: a handler that computes without end, a process that was stopped or is starved, a machine that
 * was suspended. Meanwhile nobody is served, and other members may take this one for gone.
 */
export class StallWatch {
  readonly #clock: Clock;
  readonly #logger: Logger;
  #timer: Timer | undefined;
  #dueMs = 0;
  #count = 0;
  #longestMs = 0;

  constructor({ clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** How often that was, and for how many milliseconds at most. */
  get counts(): { readonly count: number; readonly longestMs: number } {
    return { count: this.#count, longestMs: this.#longestMs };
  }

  start(): void {
    this.#dueMs = this.#clock.nowMs() + looks.everyMs;
    this.#timer = this.#clock.schedule(looks.everyMs, () => this.#look());
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #look(): void {
    const lateMs = this.#clock.nowMs() - this.#dueMs;
    if (lateMs >= looks.lateMs) {
      this.#count++;
      this.#longestMs = Math.max(this.#longestMs, lateMs);
      this.#logger.warn({ forMs: Math.round(lateMs) }, "this process stood still, and served nobody");
    }
    this.start();
  }
}
