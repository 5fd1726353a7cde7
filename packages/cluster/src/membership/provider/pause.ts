import type { Clock } from "@ts-grain/actor";

/**
 * What a wait is measured by, and what ends it early.
 *
 * @see {@link pause}
 */
export interface WaitContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Resolves after the given milliseconds, or at once when the signal aborts: look at the signal afterwards.
 *
 * @example
 * import { VirtualClock } from "@ts-grain/actor/testing";
 * import { pause, type WaitContext } from "@ts-grain/cluster/provider";
 *
 * const clock = new VirtualClock();
 * const wait: WaitContext = { clock, signal: new AbortController().signal };
 * const paused = pause(60_000, wait);
 * await clock.advance(60_000);
 * await paused;
 */
export function pause(ms: number, { clock, signal }: WaitContext): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = (): void => {
    timer.cancel();
    signal.removeEventListener("abort", end);
    resolve();
  };
  const timer = clock.schedule(ms, end);
  signal.addEventListener("abort", end, { once: true });
  return promise;
}

/**
 * Runs an operation under a signal that aborts with the given one, or when the milliseconds are over. The operation
 * must settle when its signal aborts.
 *
 * @example
 * import { systemClock } from "@ts-grain/actor";
 * import { within } from "@ts-grain/cluster/provider";
 *
 * async function readInTime(url: string, signal: AbortSignal): Promise<string> {
 *   const response = await within(2_000, { clock: systemClock, signal }, (inTime) =>
 *     fetch(url, { signal: inTime }),
 *   );
 *   return await response.text();
 * }
 */
export async function within<T>(
  timeoutMs: number,
  { clock, signal }: WaitContext,
  operation: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal.reason);
  const timer = clock.schedule(timeoutMs, () => {
    controller.abort(new Error(`no answer within ${timeoutMs} ms`));
  });
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await operation(controller.signal);
  } finally {
    timer.cancel();
    signal.removeEventListener("abort", abort);
  }
}
