import type { History } from "../history/history.ts";
import { checkAccounting } from "./accounting.ts";
import { checkAtMostOnce } from "./at-most-once.ts";
import { checkReports } from "./duplicates.ts";
import { checkOrder } from "./order.ts";
import { checkSettlement } from "./settlement.ts";
import { checkSingleActivation } from "./single-activation.ts";
import { checkTurns } from "./turns.ts";

/** What holds whatever happens, by its name. */
const promises: Readonly<Record<string, (history: History) => readonly string[]>> = {
  "at most once": checkAtMostOnce,
  settlement: checkSettlement,
  accounting: checkAccounting,
  order: checkOrder,
  turns: checkTurns,
  "single activation": checkSingleActivation,
  "reports of duplicates": checkReports,
};

/** Every broken promise, in words: nothing, if all is well. */
export function brokenPromises(history: History): readonly string[] {
  return Object.entries(promises).flatMap(([name, check]) =>
    check(history).map((problem) => `${name}: ${problem}`),
  );
}
