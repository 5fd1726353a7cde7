/**
 * Base of the user messages on which the runtime acts itself.
 *
 * They share a base so that the message loop pays one `instanceof` for all of them.
 */
export abstract class ControlMessage {
  /** Keeps the type checker from taking every message for one of these. */
  readonly "~controlMessage" = true;
}

/**
 * Stops an actor once it has handled all that was queued before.
 *
 * @example
 * import { type PID, PoisonPill, type SenderContext } from "@ts-grain/actor";
 *
 * // What `context.poison(actor)` does; as a message it can be forwarded, or sent later.
 * function end(context: SenderContext, actor: PID): void {
 *   context.send(actor, PoisonPill.instance);
 * }
 */
export class PoisonPill extends ControlMessage {
  static readonly instance: PoisonPill = new PoisonPill();
  readonly kind = "poison_pill";
}
