import { ActorError } from "../actor-error.ts";
import type { SupervisionStrategy } from "./supervision-strategy.ts";

/**
 * How long a restart waits.
 *
 * @see {@link exponentialBackoff}
 */
export interface ExponentialBackoffOptions {
  /** Milliseconds before the first restart; each further failure doubles them. Default 100. */
  readonly initialMs?: number | undefined;
  /** Longest wait in milliseconds. Default 30 000. */
  readonly maxMs?: number | undefined;
  /** Milliseconds without a failure after which the count begins anew. Default 60 000. */
  readonly resetAfterMs?: number | undefined;
  /** Part of the wait, from 0 to 1, that chance may take off, so that many actors do not come back together. Default 0.1. */
  readonly jitter?: number | undefined;
}

/**
 * Restarts the failed child after a wait that doubles with each failure.
 *
 * @throws ActorError "invalid_options", naming the option.
 * @example
 * import {
 *   type ExponentialBackoffOptions,
 *   exponentialBackoff,
 *   propsFromFunction,
 * } from "@ts-grain/actor";
 *
 * const patient: ExponentialBackoffOptions = { initialMs: 200, maxMs: 10_000 };
 * const props = propsFromFunction(() => {}, { supervisionStrategy: exponentialBackoff(patient) });
 */
export function exponentialBackoff(options: ExponentialBackoffOptions = {}): SupervisionStrategy {
  const { initialMs = 100, maxMs = 30_000, resetAfterMs = 60_000, jitter = 0.1 } = options;
  if (!(initialMs > 0))
    throw new ActorError("invalid_options", `initialMs must be positive, got ${initialMs}`);
  if (!(maxMs > 0)) throw new ActorError("invalid_options", `maxMs must be positive, got ${maxMs}`);
  if (!(resetAfterMs >= 0))
    throw new ActorError("invalid_options", `resetAfterMs must not be negative, got ${resetAfterMs}`);
  if (!(jitter >= 0 && jitter <= 1))
    throw new ActorError("invalid_options", `jitter must be 0 to 1, got ${jitter}`);
  return {
    decide({ statistics, nowMs, random }) {
      const { lastMs } = statistics;
      if (lastMs !== undefined && nowMs - lastMs > resetAfterMs) statistics.reset();
      statistics.record(nowMs, 1);
      const delayMs = Math.min(maxMs, initialMs * 2 ** (statistics.count - 1));
      return { directive: "restart", delayMs: delayMs * (1 - jitter * random.next()) };
    },
  };
}
