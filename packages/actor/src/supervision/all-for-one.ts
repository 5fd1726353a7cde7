import { type RestartOptions, resolveRestartOptions, spendRestart } from "./restart-budget.ts";
import type { SupervisionStrategy } from "./supervision-strategy.ts";

/**
 * Deals with all children alike when one fails: restarts all of them, or stops all of them once the failed one has
 * failed more than `maxRestarts` times within `withinMs`. A resume concerns the failed one alone.
 *
 * @throws ActorError "invalid_options", naming the option.
 * @example
 * import { allForOne, propsFromFunction } from "@ts-grain/actor";
 *
 * // Its children share something, so that none goes on with half of it.
 * const props = propsFromFunction(() => {}, {
 *   supervisionStrategy: allForOne({ maxRestarts: 3, withinMs: 1_000 }),
 * });
 */
export function allForOne(options: RestartOptions = {}): SupervisionStrategy {
  const budget = resolveRestartOptions(options);
  return {
    decide(failure) {
      const directive = budget.decider(failure.reason, failure);
      return {
        directive: directive === "restart" ? spendRestart(failure, budget) : directive,
        appliesTo: "all_children",
      };
    },
  };
}
