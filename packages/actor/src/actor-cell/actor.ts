import type { SupervisionStrategy } from "../supervision/supervision-strategy.ts";
import type { ActorContext } from "./actor-context.ts";

/**
 * Handles one message. The next one waits until the promise settles, if one is returned; what is thrown, or what the
 * promise is rejected with, goes to the supervisor.
 *
 * @example
 * import { propsFromFunction, type Receive } from "@ts-grain/actor";
 *
 * const echo: Receive = (context) => {
 *   if (context.sender) context.respond(context.message);
 * };
 * const props = propsFromFunction(echo);
 */
export type Receive = (context: ActorContext) => void | Promise<void>;

/**
 * Something that has a state and handles messages, one at a time.
 *
 * @example
 * import { type Actor, type ActorContext, ActorSystem, propsFromProducer } from "@ts-grain/actor";
 *
 * class Counter implements Actor {
 *   #count = 0;
 *
 *   receive(context: ActorContext) {
 *     if (context.message === "increment") this.#count += 1;
 *     if (context.message === "read") context.respond(this.#count);
 *   }
 * }
 *
 * const { root } = new ActorSystem();
 * const counter = root.spawn(propsFromProducer(() => new Counter()));
 * root.send(counter, "increment");
 * console.log(await root.requestAsync(counter, "read")); // prints: 1
 */
export interface Actor {
  /** Handles the context's message. */
  receive(context: ActorContext): void | Promise<void>;

  /** How to deal with children that fail; comes before the strategy of the props. */
  readonly supervisionStrategy?: SupervisionStrategy | undefined;
}
