import { ActorError } from "../actor-error.ts";
import { ReceiveTimeout } from "../message/lifecycle.ts";
import type { ActorCell } from "./actor-cell.ts";
import { ReceiveTimer } from "./receive-timer.ts";

/** @throws ActorError "invalid_options" unless the time is positive. */
export function setReceiveTimeout(cell: ActorCell, timeoutMs: number): void {
  if (!(timeoutMs > 0))
    throw new ActorError("invalid_options", `timeoutMs must be positive, got ${timeoutMs}`);
  cancelReceiveTimeout(cell);
  if (cell.phase !== "running") return;
  const timer = new ReceiveTimer(cell.runtime.clock, timeoutMs, () =>
    cell.inTurn(() => {
      // Between the alarm and its turn the timer may have been replaced, a message may have come, or the actor failed.
      if (cell.extras.receiveTimer !== timer || cell.phase !== "running") return undefined;
      if (timer.isTouched || cell.hasMessages) return undefined;
      timer.touch();
      return cell.deliver(ReceiveTimeout.instance);
    }),
  );
  cell.extras.receiveTimer = timer;
  timer.touch();
}

export function cancelReceiveTimeout(cell: ActorCell): void {
  const extras = cell.extrasIfAny;
  if (extras === undefined) return;
  extras.receiveTimer?.cancel();
  extras.receiveTimer = undefined;
}
