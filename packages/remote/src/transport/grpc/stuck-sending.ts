import type { Clock, Timer } from "@ts-grain/actor";

/** Milliseconds between looks, and how many in a row may find that nothing has left. */
const look = { everyMs: 5_000, most: 6 } as const;

/** What a watch for what does not leave works with. */
export interface StuckSendingOptions {
  readonly clock: Clock;
  /** Bytes that have left so far; undefined if none wait. */
  readonly left: () => number | undefined;
  /** Bytes wait, and for thirty seconds none have left. Nothing follows. */
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
    this.#inVain = left === this.#leftBefore ? this.#inVain + 1 : 0;
    if (left === undefined) return;
    this.#leftBefore = left;
    if (this.#inVain === look.most) this.#options.onStuck();
    else this.sent();
  };
}
