import type { Clock, Timer } from "@ts-grain/actor";

/**
 * Milliseconds between looks, and after how many in a row that saw no sign of life the other side is given up. It is asked at the
 * first, third and fifth, so that it may stand still for the time between the first and the last. That one comes sooner, so that
 * late timers and what has yet to be read then keep within three seconds.
 */
const look = { everyMs: 500, giveUp: 6, lastMs: 350 } as const;

/** What a watch for signs of life works with. */
export interface SignsOfLifeOptions {
  readonly clock: Clock;
  /** Asks the other side for a sign of life; calls back when it has come. */
  readonly ask: (answered: () => void) => void;
  /** Whether the other side has shown otherwise that it lives, since this was asked before. */
  readonly hasShown: () => boolean;
  /** None has come for so long. Nothing follows. */
  readonly onSilence: () => void;
}

/**
 * Notices within three seconds of the last sign of life that the other side gives none any more.
 *
 * Counts looks instead of reading the clock: however long our own event loop stood still is one look, and before the next one is read
 * what has arrived meanwhile. So nobody is given up for a stall of ours.
 */
export class SignsOfLife {
  /** How long after the last sign it waits, at most. */
  static readonly patienceMs: number = look.everyMs * (look.giveUp - 1) + look.lastMs;
  readonly #options: SignsOfLifeOptions;
  #inVain = 0;
  #timer: Timer | undefined;

  constructor(options: SignsOfLifeOptions) {
    this.#options = options;
  }

  start(): void {
    this.#inVain = 0;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.schedule(look.everyMs, this.#look);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Something of the other side has come. */
  readonly heard = (): void => {
    this.#inVain = 0;
  };

  readonly #look = (): void => {
    if (this.#options.hasShown()) this.#inVain = 0;
    const inVain = ++this.#inVain;
    if (inVain === look.giveUp) {
      this.#options.onSilence();
      return;
    }
    const nextMs = inVain === look.giveUp - 1 ? look.lastMs : look.everyMs;
    this.#timer = this.#options.clock.schedule(nextMs, this.#look);
    if (inVain % 2 === 1) this.#options.ask(this.heard);
  };
}
