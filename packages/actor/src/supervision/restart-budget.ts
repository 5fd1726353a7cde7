import { ActorError } from "../actor-error.ts";
import type { Decider, Directive, Failure } from "./supervision-strategy.ts";

/**
 * How many restarts are too many, and which failures deserve one.
 *
 * @see {@link oneForOne}
 */
export interface RestartOptions {
  /** Restarts granted within the window; with 0 the first failure stops the actor. Default 10. */
  readonly maxRestarts?: number | undefined;
  /** Length of the window in milliseconds; `Infinity` counts all failures. Default 10 000. */
  readonly withinMs?: number | undefined;
  /** Chooses the directive. Default: always "restart". */
  readonly decider?: Decider | undefined;
}

/** @throws ActorError "invalid_options", naming the option. */
export function resolveRestartOptions(options: RestartOptions): {
  readonly maxRestarts: number;
  readonly withinMs: number;
  readonly decider: Decider;
} {
  const { maxRestarts = 10, withinMs = 10_000, decider = () => "restart" } = options;
  if (!(maxRestarts >= 0))
    throw new ActorError("invalid_options", `maxRestarts must not be negative, got ${maxRestarts}`);
  if (!(withinMs > 0)) throw new ActorError("invalid_options", `withinMs must be positive, got ${withinMs}`);
  return { maxRestarts, withinMs, decider };
}

/** Records the failure, and grants a restart or, once the budget is spent, decides to stop. */
export function spendRestart(
  { statistics, nowMs }: Failure,
  { maxRestarts, withinMs }: { readonly maxRestarts: number; readonly withinMs: number },
): Directive {
  if (maxRestarts === Number.POSITIVE_INFINITY) return "restart";
  const isSpent = statistics.countWithin(nowMs, withinMs) >= maxRestarts;
  // Older failures than the budget has restarts cannot matter any more.
  statistics.record(nowMs, maxRestarts);
  if (!isSpent) return "restart";
  statistics.reset();
  return "stop";
}
