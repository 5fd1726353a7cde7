import type { Receive } from "./actor.ts";
import type { ActorContext } from "./actor-context.ts";

/**
 * A stack of ways to handle messages, of which the top one is in force. For actors whose conduct changes.
 *
 * @example
 * import { ActorSystem, Behavior, propsFromProducer } from "@ts-grain/actor";
 *
 * const light = new Behavior((context) => {
 *   if (context.message === "press") light.become((lit) => lit.respond("it is on already"));
 * });
 * const { root } = new ActorSystem();
 * const pid = root.spawn(propsFromProducer(() => light));
 * root.send(pid, "press");
 * console.log(await root.requestAsync(pid, "press")); // prints: it is on already
 */
export class Behavior {
  #stack: Receive[];

  /** Makes a stack with the given way, if any. */
  constructor(initial?: Receive) {
    this.#stack = initial === undefined ? [] : [initial];
  }

  /** Number of ways on the stack. */
  get size(): number {
    return this.#stack.length;
  }

  /** Replaces all that is on the stack. */
  become(receive: Receive): void {
    this.#stack = [receive];
  }

  /** Puts a way on top, until `unbecomeStacked`. */
  becomeStacked(receive: Receive): void {
    this.#stack.push(receive);
  }

  /** Goes back to the way below the top. */
  unbecomeStacked(): void {
    this.#stack.pop();
  }

  /** Handles the message in the way on top. With none, the message is logged and goes no further. */
  receive(context: ActorContext): void | Promise<void> {
    const receive = this.#stack.at(-1);
    if (receive !== undefined) return receive(context);
    context.system.logger.error({ actor: context.self }, "an actor has no behaviour left");
    return undefined;
  }
}
