import type { Origin } from "../message/envelope.ts";
import type { Message } from "../message/message.ts";

/**
 * A message that found no place.
 *
 * @example
 * import type { MessageQueue, Refused } from "@ts-grain/actor";
 *
 * // Takes nothing while closed; who asked is told.
 * function refuseWhile(isClosed: () => boolean, queue: MessageQueue): MessageQueue["push"] {
 *   return (message, origin): Refused | undefined =>
 *     isClosed() ? { message, origin, answer: "any_sender" } : queue.push(message, origin);
 * }
 */
export interface Refused {
  readonly message: Message;
  readonly origin: Origin;
  /** Who hears of it: any sender, or only one that waits for the reply to a request. */
  readonly answer: "any_sender" | "requester";
}

/**
 * The user messages that wait for an actor, each with its origin.
 *
 * @example
 * import { type MessageQueue, propsFromFunction } from "@ts-grain/actor";
 *
 * // Handles the message that came last first.
 * function makeStack(): MessageQueue {
 *   const kept: { message: NonNullable<unknown>; origin: MessageQueue["origin"] }[] = [];
 *   let origin: MessageQueue["origin"];
 *   return {
 *     get length() {
 *       return kept.length;
 *     },
 *     get origin() {
 *       return origin;
 *     },
 *     push: (message, from) => void kept.push({ message, origin: from }),
 *     unshift: (message, from) => void kept.push({ message, origin: from }),
 *     shift() {
 *       const last = kept.pop();
 *       origin = last?.origin;
 *       return last?.message;
 *     },
 *   };
 * }
 *
 * const props = propsFromFunction(() => {}, { mailbox: { queue: makeStack } });
 */
export interface MessageQueue {
  readonly length: number;

  /** Puts a message in, and returns the one that found no place, if any. */
  push(message: Message, origin: Origin): Refused | undefined;

  /** Puts a message back before all others, even into a full queue. */
  unshift(message: Message, origin: Origin): void;

  /** Takes the next message out; its origin is then in `origin`. */
  shift(): Message | undefined;

  /** The origin of the message that `shift` returned last. */
  readonly origin: Origin;

  /** Called when the queue is empty: it may give back the memory of a past flood. */
  release?(): void;
}
