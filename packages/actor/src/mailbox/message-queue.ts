import type { Origin } from "../message/envelope.ts";
import type { Message } from "../message/message.ts";

/** A message that found no place. */
export interface Refused {
  readonly message: Message;
  readonly origin: Origin;
  /** Who hears of it: any sender, or only one that waits for the reply to a request. */
  readonly answer: "any_sender" | "requester";
}

/** The user messages that wait for an actor, each with its origin. */
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
