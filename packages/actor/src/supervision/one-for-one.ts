import { type RestartOptions, resolveRestartOptions, spendRestart } from "./restart-budget.ts";
import type { SupervisionStrategy } from "./supervision-strategy.ts";

/**
 * Deals with the failed child alone: restarts it until it has failed more than `maxRestarts` times within
 * `withinMs`, and then stops it.
 *
 * @throws ActorError "invalid_options", naming the option.
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
