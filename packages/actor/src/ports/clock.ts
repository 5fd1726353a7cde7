import type { EventLoop } from "./event-loop.ts";

/** A callback that is to come. */
export interface Timer {
  /** Takes the callback back. Does nothing once it ran. */
  cancel(): void;
}

/** Where the runtime gets its time from. */
export interface Clock {
  /** Milliseconds since some fixed moment. Never goes back, whatever the wall clock does. */
  nowMs(): number;

  /** Calls back once, `delayMs` milliseconds from now or a little later. A callback must not throw. */
  schedule(delayMs: number, callback: () => void): Timer;

  /** How a system under this clock shares its thread. A virtual clock brings its own; default: the platform's. */
  readonly eventLoop?: EventLoop | undefined;
}

/** Longest delay a platform timer keeps; a longer one would fire at once. */
const longestDelayMs = 2 ** 31 - 1;

/** The platform's monotonic clock and its timers. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  schedule(delayMs, callback) {
    const id = setTimeout(callback, Math.min(delayMs, longestDelayMs));
    return { cancel: () => clearTimeout(id) };
  },
};
