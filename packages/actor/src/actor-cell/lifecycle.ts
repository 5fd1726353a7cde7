import { andThen, isThenable } from "../mailbox/thenable.ts";
import { type LifecycleMessage, Restarting, Started, Stopped, Stopping } from "../message/lifecycle.ts";
import { Stop, Terminated } from "../message/system-message.ts";
import type { ActorCell } from "./actor-cell.ts";
import type { StashedMessage } from "./cell-extras.ts";

type Step = void | PromiseLike<void>;

/** Begins to stop: no user message is handled any more. */
export function stopCell(cell: ActorCell): Step {
  if (cell.phase === "stopping" || cell.phase === "stopped") return undefined;
  cell.phase = "stopping";
  cell.extrasIfAny?.endIncarnation();
  cell.close();
  discardStash(cell);
  return andThen(runHook(cell, Stopping.instance), () => stopChildren(cell));
}

/** Begins to replace the incarnation: its children stop first. Does nothing in an actor that is stopping. */
export function restartCell(cell: ActorCell): Step {
  if (cell.phase !== "running" && cell.phase !== "failed") return undefined;
  cell.phase = "restarting";
  cell.suspend();
  cell.extrasIfAny?.endIncarnation();
  return andThen(runHook(cell, Restarting.instance), () => stopChildren(cell));
}

/** Lets a failed actor go on with its next message, and the children that had failed with it. */
export function resumeCell(cell: ActorCell): void {
  if (cell.phase !== "failed") return;
  cell.phase = "running";
  cell.resume();
  const extras = cell.extrasIfAny;
  if (extras === undefined) return;
  const { escalated = [], held = [] } = extras;
  extras.escalated = undefined;
  extras.held = undefined;
  for (const child of escalated) child.inTurn(() => resumeCell(child));
  for (const signal of held) cell.sendSystem(cell.self, signal);
}

/** Takes the end of a child, of which its parent is always told. */
export function childEnded(cell: ActorCell, child: ActorCell): Step {
  cell.childList.remove(child);
  cell.extras.watchesIfAny?.settle(child.self);
  const terminated = new Terminated(child.self);
  if (cell.phase === "running" || cell.phase === "failed") return cell.deliver(terminated);
  return andThen(runHook(cell, terminated), () => goOnWithoutChildren(cell));
}

function stopChildren(cell: ActorCell): Step {
  for (const child of cell.extrasIfAny?.children ?? []) child.sendSystem(child.self, Stop.instance);
  return goOnWithoutChildren(cell);
}

/** Ends what waited for the last child, if it is gone. */
function goOnWithoutChildren(cell: ActorCell): Step {
  if (cell.extrasIfAny !== undefined && cell.extrasIfAny.children.size > 0) return undefined;
  if (cell.phase === "restarting") return beginIncarnation(cell);
  cell.phase = "stopped";
  return andThen(runHook(cell, Stopped.instance), () => end(cell));
}

function beginIncarnation(cell: ActorCell): Step {
  // Before the producer, so that its failure is dealt with like any other.
  cell.phase = "running";
  cell.instance = undefined;
  cell.instance = cell.produce();
  cell.resume();
  unstashAll(cell);
  return cell.deliver(Started.instance);
}

/** The name is free once the watchers are told. */
function end(cell: ActorCell): void {
  unlist(cell);
  cell.end();
  const watches = cell.extrasIfAny?.watchesIfAny;
  if (watches !== undefined) {
    // The parent hears of the end in any case.
    if (cell.supervisor.self !== undefined) watches.removeWatcher(cell.supervisor.self);
    watches.close(cell.self);
  }
  cell.supervisor.childEnded(cell);
}

/** Frees the actor's id, if it has one. */
export function unlist(cell: ActorCell): void {
  const { processes } = cell.runtime;
  if (cell.self.hasId && processes.getLocal(cell.self.id) === cell) processes.remove(cell.self.id);
}

/** Puts the kept messages back before all others, in the order in which they were kept. */
export function unstashAll(cell: ActorCell): void {
  for (const { message, origin } of takeStash(cell).toReversed()) cell.putBack(message, origin);
}

function discardStash(cell: ActorCell): void {
  for (const kept of takeStash(cell)) {
    cell.undeliverable(undefined, { ...kept, reason: "stopped", answer: "any_sender" });
  }
}

function takeStash(cell: ActorCell): readonly StashedMessage[] {
  const extras = cell.extrasIfAny;
  const stash = extras?.stash;
  if (extras === undefined || stash === undefined) return [];
  extras.stash = undefined;
  return stash;
}

/** Delivers a message whose handling may fail without changing the actor's course. */
function runHook(cell: ActorCell, message: LifecycleMessage | Terminated): Step {
  const report = (reason: unknown): void =>
    cell.runtime.logger.error(
      { err: reason, actor: cell.self, hook: message.constructor.name },
      "an actor failed in a hook; its course does not change",
    );
  try {
    const outcome = cell.deliver(message);
    return isThenable(outcome) ? outcome.then(undefined, report) : undefined;
  } catch (reason) {
    return report(reason);
  }
}
