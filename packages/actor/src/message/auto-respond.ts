import type { PID } from "../pid/pid.ts";
import { ControlMessage } from "./control-message.ts";
import type { Message } from "./message.ts";

/** Base of messages that carry their own answer: after the actor has seen one, the answer goes to its sender. */
export abstract class AutoRespond extends ControlMessage {
  /** The answer that the given actor gives. */
  abstract autoResponse(self: PID): Message;
}

/** Asks for a sign of life; the runtime answers with `Touched`. */
export class Touch extends AutoRespond {
  readonly kind = "touch";

  override autoResponse(self: PID): Touched {
    return new Touched(self);
  }
}

/** The sign of life of the actor that was touched. */
export class Touched {
  readonly kind = "touched";
  readonly who: PID;

  constructor(who: PID) {
    this.who = who;
  }
}
