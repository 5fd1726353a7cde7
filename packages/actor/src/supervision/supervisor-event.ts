import type { PID } from "../pid/pid.ts";
import type { Directive } from "./supervision-strategy.ts";

/**
 * Published on the event stream, and logged as a warning, for each failure that was dealt with.
 *
 * @example
 * import { ActorSystem, SupervisorEvent } from "@ts-grain/actor";
 *
 * const failures = new Map<string, number>();
 * new ActorSystem().eventStream.subscribe((event) => {
 *   if (!(event instanceof SupervisorEvent)) return;
 *   failures.set(event.child.id, (failures.get(event.child.id) ?? 0) + 1);
 * });
 */
export class SupervisorEvent {
  readonly child: PID;
  readonly reason: unknown;
  readonly directive: Directive;

  constructor(child: PID, reason: unknown, directive: Directive) {
    this.child = child;
    this.reason = reason;
    this.directive = directive;
  }
}
