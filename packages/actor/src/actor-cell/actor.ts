import type { SupervisionStrategy } from "../supervision/supervision-strategy.ts";
import type { ActorContext } from "./actor-context.ts";

/**
 * Handles one message. The next one waits until the promise settles, if one is returned; what is thrown, or what the
 * promise is rejected with, goes to the supervisor.
 */
export type Receive = (context: ActorContext) => void | Promise<void>;

/** Something that has a state and handles messages, one at a time. */
export interface Actor {
  /** Handles the context's message. */
  receive(context: ActorContext): void | Promise<void>;

  /** How to deal with children that fail; comes before the strategy of the props. */
  readonly supervisionStrategy?: SupervisionStrategy | undefined;
}
