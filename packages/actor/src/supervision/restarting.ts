import type { SupervisionStrategy } from "./supervision-strategy.ts";

/**
 * Restarts the failed child at once, however often it fails.
 *
 * @example
 * import { alwaysRestart, propsFromFunction } from "@ts-grain/actor";
 *
 * const props = propsFromFunction(() => {}, { supervisionStrategy: alwaysRestart() });
 */
export function alwaysRestart(): SupervisionStrategy {
  return {
    decide({ statistics, nowMs }) {
      statistics.record(nowMs, 1);
      return { directive: "restart" };
    },
  };
}
