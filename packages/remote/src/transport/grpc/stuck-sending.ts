import type { Clock, Timer } from "@ts-grain/actor";

/**
 * Milliseconds between looks, how many in a row may find that nothing has left, and the bytes above which something has: what keeps the
 * connection alive, which leaves meanwhile, is less.
 */
const look = { everyMs: 5_000, most: 6, leastBytes: 16 * 1024 } as const;

/** What a watch for what does not leave works with. */
export interface StuckSendingOptions {
  readonly clock: Clock;
  /** Bytes that have left so far, be it a part of a message; undefined if none wait. */
  readonly left: () => number | undefined;
  /** Bytes wait, and for thirty seconds next to none have left. Nothing follows. */
  readonly onStuck: () => void;
}

/**
 * Notices that the other side lives but takes nothing any more, such as one that never opens its window: what waits for it
 * would wait for ever. Like {@link SignsOfLife} it counts looks, so that a stall of our own is none of the other side's.
 */
export class StuckSending {
  readonly #options: StuckSendingOptions;
  #leftBefore = 0;
  #inVain = 0;
  #timer: Timer | undefined;

  constructor(options: StuckSendingOptions) {
    this.#options = options;
  }

  /** To be called whenever something is sent. */
  sent(): void {
    this.#timer ??= this.#options.clock.schedule(look.everyMs, this.#look);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    const left = this.#options.left();
    if (left === undefined || left - this.#leftBefore >= look.leastBytes) {
      this.#leftBefore = left ?? 0;
      this.#inVain = 0;
    } else {
      this.#inVain++;
    }
    if (left === undefined) return;
    if (this.#inVain === look.most) this.#options.onStuck();
    else this.sent();
  };
}
