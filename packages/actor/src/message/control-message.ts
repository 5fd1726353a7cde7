/**
 * Base of the user messages on which the runtime acts itself.
 *
 * They share a base so that the message loop pays one `instanceof` for all of them.
 */
export abstract class ControlMessage {
  /** Keeps the type checker from taking every message for one of these. */
  readonly "~controlMessage" = true;
}

/** Stops an actor once it has handled all that was queued before. */
export class PoisonPill extends ControlMessage {
  static readonly instance: PoisonPill = new PoisonPill();
  readonly kind = "poison_pill";
}
