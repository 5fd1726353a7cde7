import type { PID } from "../pid/pid.ts";
import { ControlMessage } from "./control-message.ts";
import type { Message } from "./message.ts";

/**
 * Base of messages that carry their own answer: after the actor has seen one, the answer goes to its sender.
 *
 * @example
 * import { ActorSystem, AutoRespond, type PID, propsFromFunction } from "@ts-grain/actor";
 *
 * class WhoAreYou extends AutoRespond {
 *   autoResponse(self: PID) {
 *     return `I am ${self.id}`;
 *   }
 * }
 *
 * const { root } = new ActorSystem();
 * const actor = root.spawnNamed(
 *   propsFromFunction(() => {}),
 *   "ada",
 * );
 * console.log(await root.requestAsync(actor, new WhoAreYou())); // prints: I am ada
 */
export abstract class AutoRespond extends ControlMessage {
  /** The answer that the given actor gives. */
  abstract autoResponse(self: PID): Message;
}

/**
 * Asks for a sign of life; the runtime answers with `Touched`.
 *
 * @example
 * import { ActorSystem, propsFromFunction, Touch, type Touched } from "@ts-grain/actor";
 *
 * const { root } = new ActorSystem();
 * const actor = root.spawnNamed(
 *   propsFromFunction(() => {}),
 *   "ada",
 * );
 * const { who } = await root.requestAsync<Touched>(actor, new Touch());
 * console.log(who.id); // prints: ada
 */
export class Touch extends AutoRespond {
  readonly kind = "touch";

  override autoResponse(self: PID): Touched {
    return new Touched(self);
  }
}

/**
 * The sign of life of the actor that was touched.
 *
 * @example
 * import { type PID, type SenderContext, Touch, Touched } from "@ts-grain/actor";
 *
 * async function isAlive(context: SenderContext, actor: PID): Promise<boolean> {
 *   const answer = await context.requestAsync(actor, new Touch()).catch(() => undefined);
 *   return answer instanceof Touched;
 * }
 */
export class Touched {
  readonly kind = "touched";
  readonly who: PID;

  constructor(who: PID) {
    this.who = who;
  }
}
