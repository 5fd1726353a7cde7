import type { PID } from "../pid/pid.ts";
import { ControlMessage } from "./control-message.ts";
import type { Message } from "./message.ts";

/**
 * Several messages sent as one: the actor gets each of them, without sender and headers, and then the batch itself.
 *
 * Nothing else comes in between but system messages.
 *
 * @example
 * import { ActorSystem, MessageBatch, propsFromFunction } from "@ts-grain/actor";
 *
 * const { root } = new ActorSystem();
 * const heard: unknown[] = [];
 * const listener = root.spawn(
 *   propsFromFunction((context) => {
 *     if (typeof context.message === "string") heard.push(context.message);
 *   }),
 * );
 * root.send(listener, new MessageBatch(["one", "two"]));
 * await root.poisonAsync(listener);
 * console.log(heard.join(" ")); // prints: one two
 */
export class MessageBatch extends ControlMessage {
  readonly messages: readonly Message[];

  constructor(messages: readonly Message[]) {
    super();
    this.messages = messages;
  }
}

/**
 * A batch that answers its sender by itself once the actor has handled each of its messages. The actor does not see the
 * batch. When the actor stops before, the sender gets a dead-letter response.
 *
 * @example
 * import { ActorSystem, AnsweredBatch, propsFromFunction } from "@ts-grain/actor";
 *
 * class Orders extends AnsweredBatch {
 *   autoResponse() {
 *     return `${this.messages.length} orders taken`;
 *   }
 * }
 *
 * const { root } = new ActorSystem();
 * const waiter = root.spawn(propsFromFunction(() => {}));
 * console.log(await root.requestAsync(waiter, new Orders(["tea", "cake"]))); // prints: 2 orders taken
 */
export abstract class AnsweredBatch extends MessageBatch {
  /** The answer that the given actor gives. */
  abstract autoResponse(self: PID): Message;
}

/** Stands for a batch whose messages have been unpacked before it. */
export class UnpackedBatch extends ControlMessage {
  readonly batch: MessageBatch;

  constructor(batch: MessageBatch) {
    super();
    this.batch = batch;
  }
}
