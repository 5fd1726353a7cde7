import type { EventLoop } from "./event-loop.ts";
import { platformNowMs } from "./platform-clock.ts";

/**
 * A callback that is to come.
 *
 * @see {@link systemClock}
 */
export interface Timer {
  /** Takes the callback back. Does nothing once it ran. */
  cancel(): void;
}

/**
 * Where the runtime gets its time from.
 *
 * @example
 * import { ActorSystem, type Clock, systemClock } from "@ts-grain/actor";
 *
 * // Time that passes twice as fast.
 * const hurried: Clock = {
 *   nowMs: () => systemClock.nowMs() * 2,
 *   schedule: (delayMs, callback) => systemClock.schedule(delayMs / 2, callback),
 * };
 * const system = new ActorSystem({ clock: hurried });
 */
export interface Clock {
  /** Milliseconds since some fixed moment. Never goes back, whatever the wall clock does. */
  nowMs(): number;

  /** Calls back once, `delayMs` milliseconds from now or a little later. A callback must not throw. */
  schedule(delayMs: number, callback: () => void): Timer;

  /** How a system under this clock shares its thread. A virtual clock brings its own; default: the platform's. */
  readonly eventLoop?: EventLoop | undefined;
}

/** Longest delay a platform timer keeps, 25 days; a longer one would fire at once. */
const longestDelayMs = 2 ** 31 - 1;

/**
 * The platform's monotonic clock and its timers.
 *
 * @example
 * import { systemClock, type Timer } from "@ts-grain/actor";
 *
 * const done = Promise.withResolvers<void>();
 * const timer: Timer = systemClock.schedule(60_000, () => console.log("never"));
 * timer.cancel();
 * systemClock.schedule(1, done.resolve);
 * await done.promise;
 */
export const systemClock: Clock = {
  nowMs: platformNowMs,
  schedule(delayMs, callback) {
    if (delayMs > longestDelayMs) return scheduleFarAhead(delayMs, callback);
    const id = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(id) };
  },
};

function scheduleFarAhead(delayMs: number, callback: () => void): Timer {
  let timer: Timer = systemClock.schedule(longestDelayMs, () => {
    timer = systemClock.schedule(delayMs - longestDelayMs, callback);
  });
  return { cancel: () => timer.cancel() };
}
