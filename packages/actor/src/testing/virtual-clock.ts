import type { Clock, Timer } from "../ports/clock.ts";
import { type EventLoop, platformEventLoop } from "../ports/event-loop.ts";

interface ScheduledCallback {
  readonly atMs: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until it is told to go on.
 *
 * A system under this clock runs in microtasks alone, so that its work has settled whenever time passes.
 *
 * @example
 * import { VirtualClock } from "@ts-grain/actor/testing";
 *
 * const clock = new VirtualClock();
 * clock.schedule(60_000, () => console.log("a minute has passed"));
 * await clock.advance(60_000); // prints: a minute has passed
 */
export class VirtualClock implements Clock {
  #nowMs: number;
  // In the order in which they were scheduled.
  readonly #scheduled = new Set<ScheduledCallback>();
  /** Callbacks that wait for a turn of the event loop. */
  #turnsAwaited = 0;

  /** Makes a clock that stands at the given moment. Default 0. */
  constructor(nowMs = 0) {
    this.#nowMs = nowMs;
  }

  readonly eventLoop: EventLoop = {
    soon: (callback) => platformEventLoop.soon(callback),
    later: (callback) => {
      this.#turnsAwaited++;
      platformEventLoop.later(() => {
        this.#turnsAwaited--;
        callback();
      });
    },
    // Virtual time stands still while actors run, so they never find that they have held the thread for long.
    nowMs: () => this.#nowMs,
  };

  /** Number of callbacks that are to come. */
  get scheduled(): number {
    return this.#scheduled.size;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const entry = { atMs: this.#nowMs + Math.max(0, delayMs), callback };
    this.#scheduled.add(entry);
    return { cancel: () => this.#scheduled.delete(entry) };
  }

  /** Lets time pass: fires what falls due in its order, and lets all work settle before, in between and after. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await this.settle();
    for (let next = this.#firstDue(endMs); next !== undefined; next = this.#firstDue(endMs)) {
      this.#scheduled.delete(next);
      this.#nowMs = next.atMs;
      next.callback();
      await this.settle();
    }
    this.#nowMs = endMs;
  }

  /** Lets all work settle that does not wait for time. */
  async settle(): Promise<void> {
    do await new Promise<void>((resolve) => platformEventLoop.later(resolve));
    while (this.#turnsAwaited > 0);
  }

  #firstDue(endMs: number): ScheduledCallback | undefined {
    let first: ScheduledCallback | undefined;
    for (const entry of this.#scheduled) {
      if (entry.atMs <= endMs && (first === undefined || entry.atMs < first.atMs)) first = entry;
    }
    return first;
  }
}
