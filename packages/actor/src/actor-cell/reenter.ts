import { Signal } from "../message/signal.ts";
import type { ActorCell } from "./actor-cell.ts";
import type { Continuation } from "./actor-context.ts";

/** Has the continuation run in the actor's turn, as if it went on with the message that is handled now. */
export function reenter<T>(cell: ActorCell, promise: PromiseLike<T>, continuation: Continuation<T>): void {
  const { extras } = cell;
  const { incarnation } = extras;
  const { message, origin } = cell;
  const goOn = (outcome: PromiseSettledResult<T>): void => {
    const signal = new Signal(() => {
      // The promise was another incarnation's business.
      if (extras.incarnation !== incarnation) return undefined;
      if (cell.phase !== "running" && cell.phase !== "failed") return undefined;
      if (cell.phase === "failed") {
        extras.held ??= [];
        extras.held.push(signal);
        return undefined;
      }
      cell.message = message;
      cell.origin = origin;
      return continuation(outcome);
    });
    cell.sendSystem(cell.self, signal);
  };
  promise.then(
    (value) => goOn({ status: "fulfilled", value }),
    (reason: unknown) => goOn({ status: "rejected", reason }),
  );
}
