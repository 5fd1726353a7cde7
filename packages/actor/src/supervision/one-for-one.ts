import { type RestartOptions, resolveRestartOptions, spendRestart } from "./restart-budget.ts";
import type { SupervisionStrategy } from "./supervision-strategy.ts";

/**
 * Deals with the failed child alone: restarts it until it has failed more than `maxRestarts` times within
 * `withinMs`, and then stops it.
 *
 * @throws ActorError "invalid_options", naming the option.
 * @example
 * import { oneForOne, propsFromFunction } from "@ts-grain/actor";
 *
 * const supervisionStrategy = oneForOne({
 *   maxRestarts: 3,
 *   withinMs: 10_000,
 *   decider: (reason) => (reason instanceof RangeError ? "resume" : "restart"),
 * });
 * const props = propsFromFunction(() => {}, { supervisionStrategy });
 */
export function oneForOne(options: RestartOptions = {}): SupervisionStrategy {
  const budget = resolveRestartOptions(options);
  return {
    decide(failure) {
      const directive = budget.decider(failure.reason, failure);
      return { directive: directive === "restart" ? spendRestart(failure, budget) : directive };
    },
  };
}
