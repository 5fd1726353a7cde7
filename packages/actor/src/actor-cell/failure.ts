import type { Message } from "../message/message.ts";
import { Stop } from "../message/system-message.ts";
import { oneForOne } from "../supervision/one-for-one.ts";
import type { Decision, SupervisionStrategy } from "../supervision/supervision-strategy.ts";
import { SupervisorEvent } from "../supervision/supervisor-event.ts";
import type { ActorCell } from "./actor-cell.ts";
import { restartCell, resumeCell } from "./lifecycle.ts";

/** A child's failure on its way through supervision. */
export interface ChildFailure {
  readonly child: ActorCell;
  readonly reason: unknown;
  readonly message: Message | undefined;
}

/** How children are supervised when nothing else is said. */
export const defaultStrategy: SupervisionStrategy = oneForOne();

/** Decides about a failed child, in the turn of its parent. */
export function superviseChild(parent: ActorCell, failure: ChildFailure): void {
  // A parent that stops or restarts has told its children to stop.
  if (parent.phase === "stopping" || parent.phase === "restarting" || failure.child.phase !== "failed")
    return;
  const strategy =
    parent.instance?.supervisionStrategy ?? parent.recipe.options.supervisionStrategy ?? defaultStrategy;
  let decision: Decision;
  try {
    decision = decide(strategy, failure);
  } catch (error) {
    escalate(parent, { ...failure, reason: error });
    return;
  }
  if (decision.directive === "escalate") escalate(parent, failure);
  else applyDecision(parent.childList, failure, decision);
}

/** Asks the strategy. */
export function decide(strategy: SupervisionStrategy, { child, reason, message }: ChildFailure): Decision {
  const { clock, random } = child.runtime;
  return strategy.decide({
    child: child.self,
    reason,
    message,
    statistics: child.extras.statistics,
    nowMs: clock.nowMs(),
    random,
  });
}

/** Does what was decided, and publishes it. */
export function applyDecision(
  siblings: Iterable<ActorCell>,
  { child, reason }: ChildFailure,
  { directive, appliesTo, delayMs = 0 }: Decision,
): void {
  child.runtime.eventStream.publish(new SupervisorEvent(child.self, reason, directive));
  if (directive === "resume") {
    child.inTurn(() => resumeCell(child));
    return;
  }
  for (const cell of appliesTo === "all_children" ? siblings : [child]) {
    if (directive === "restart") restartAfter(cell, delayMs);
    else cell.sendSystem(cell.self, Stop.instance);
  }
}

function restartAfter(cell: ActorCell, delayMs: number): void {
  if (cell.phase !== "running" && cell.phase !== "failed") return;
  const { extras } = cell;
  const restart = (): void => {
    // A handler that still waits hears of it now, as the restart has to wait for it.
    extras.endSoon();
    cell.inTurn(() => restartCell(cell));
  };
  extras.backoff?.cancel();
  if (delayMs > 0) extras.backoff = cell.runtime.clock.schedule(delayMs, restart);
  else restart();
}

/** Lets the parent fail in the child's place; the child waits for what becomes of the parent. */
function escalate(parent: ActorCell, { child, reason, message }: ChildFailure): void {
  parent.extras.escalated ??= [];
  parent.extras.escalated.push(child);
  parent.handleFailure(reason, message);
}
