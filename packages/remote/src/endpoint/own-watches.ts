import type { Clock, Timer } from "@ts-grain/actor";
import { type RemoteWatch, type WatchPair, WatchTable } from "./watch-table.ts";

/** Milliseconds between two rounds, and until one for which there is a reason; and watches in a row before others have their turn. */
const round = { everyMs: 15_000, soonMs: 1_000, inARow: 1_000 } as const;

/** What {@link OwnWatches} works with. */
export interface OwnWatchesOptions {
  readonly clock: Clock;
  /** Runs the callback in the next turn of the event loop. */
  readonly later: (callback: () => void) => void;
  /** Tells the peer of a watch once more; false if that is no use now, and then a later round does. */
  readonly repeat: (watch: RemoteWatch) => boolean;
  /** Number of the first watch: by chance, so that no answer to a watch of an earlier process of this address is taken for one to ours. */
  readonly firstNumber: number;
}

/**
 * What local actors watch at one address. The answer to a watch travels on a connection that the peer opens, and may be lost with it, or
 * with all that the peer has given up to send. Nobody here sees that, so each watch is told again from time to time until its watcher was
 * told: the peer takes it as the one before, or answers if the process is gone.
 *
 * Each has a number, which an answer repeats. So an answer that is late ends no watch that was made since of the same process, or of
 * another that has its name by then.
 */
export class OwnWatches {
  readonly #options: OwnWatchesOptions;
  readonly #table = new WatchTable();
  #timer: Timer | undefined;
  #isSoon = false;
  #nextNumber: number;
  /** What is left of the present round. */
  #left: Iterator<RemoteWatch> | undefined;

  constructor(options: OwnWatchesOptions) {
    this.#options = options;
    this.#nextNumber = options.firstNumber;
  }

  get size(): number {
    return this.#table.size;
  }

  /** Returns the number of the watch. */
  add({ watchee, watcher }: WatchPair): number {
    // Zero is none.
    const number = this.#nextNumber >>> 0 || 1;
    this.#nextNumber = number + 1;
    this.#table.add({ watchee, watcher, number });
    this.#timer ??= this.#schedule(round.everyMs);
    return number;
  }

  /** Takes a watch out; undefined if there is none of that number. Number 0, of a peer that has said none, means whichever there is. */
  take(watcheeId: string, watcherId: string, number = 0): RemoteWatch | undefined {
    const watch = this.#table.take(watcheeId, watcherId, number);
    if (this.#table.size === 0) this.#rest();
    return watch;
  }

  /** Takes all out. */
  takeAll(): readonly RemoteWatch[] {
    const watches = [...this.#table];
    this.#table.clear();
    this.#rest();
    return watches;
  }

  /** Tells the peer of all once more. */
  repeat(): void {
    this.#rest();
    if (this.#table.size === 0) return;
    this.#timer = this.#schedule(round.everyMs);
    this.#left = this.#table[Symbol.iterator]();
    this.#go();
  }

  /** The same in a moment, and once for all reasons until then. */
  repeatSoon(): void {
    if (this.#isSoon || this.#table.size === 0) return;
    this.#timer?.cancel();
    this.#isSoon = true;
    this.#timer = this.#schedule(round.soonMs);
  }

  readonly #go = (): void => {
    const left = this.#left;
    if (left === undefined) return;
    for (let told = 0; told < round.inARow; told++) {
      const { value, done } = left.next();
      if (done || !this.#options.repeat(value)) {
        this.#left = undefined;
        return;
      }
    }
    this.#options.later(this.#go);
  };

  #schedule(delayMs: number): Timer {
    return this.#options.clock.schedule(delayMs, () => this.repeat());
  }

  #rest(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#isSoon = false;
    this.#left = undefined;
  }
}
