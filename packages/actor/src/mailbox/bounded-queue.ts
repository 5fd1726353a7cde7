import { PoisonPill } from "../message/control-message.ts";
import type { Origin } from "../message/envelope.ts";
import type { Message } from "../message/message.ts";
import type { MessageQueue, Refused } from "./message-queue.ts";

/**
 * Which message goes when there is no place for one more.
 *
 * Each becomes a dead letter with reason "overloaded", and a request settles with that code. With "reject" the new
 * one goes, and an actor that sent it gets a `DeadLetterResponse`; with "drop_newest" the new one and with
 * "drop_oldest" the one that would have been handled next goes, without a word to an actor. A `PoisonPill` always finds
 * place, and stays.
 *
 * @see {@link MailboxOptions}
 */
export type Overflow = "reject" | "drop_newest" | "drop_oldest";

/** Holds another queue to a number of messages. */
export class BoundedQueue implements MessageQueue {
  readonly #queue: MessageQueue;
  readonly #capacity: number;
  readonly #overflow: Overflow;

  constructor(queue: MessageQueue, bound: { readonly capacity: number; readonly overflow: Overflow }) {
    this.#queue = queue;
    this.#capacity = bound.capacity;
    this.#overflow = bound.overflow;
  }

  get length(): number {
    return this.#queue.length;
  }

  get origin(): Origin {
    return this.#queue.origin;
  }

  push(message: Message, origin: Origin): Refused | undefined {
    // Who cannot keep up must still be brought to an end.
    if (this.#queue.length < this.#capacity || message instanceof PoisonPill)
      return this.#queue.push(message, origin);
    switch (this.#overflow) {
      case "reject":
        return { message, origin, answer: "any_sender" };
      case "drop_newest":
        return { message, origin, answer: "requester" };
      case "drop_oldest": {
        const oldest = this.#queue.shift()!;
        const refused: Refused = { message: oldest, origin: this.#queue.origin, answer: "requester" };
        if (oldest instanceof PoisonPill) {
          this.#queue.unshift(oldest, refused.origin);
          return { message, origin, answer: "requester" };
        }
        this.#queue.push(message, origin);
        return refused;
      }
    }
  }

  unshift(message: Message, origin: Origin): void {
    this.#queue.unshift(message, origin);
  }

  shift(): Message | undefined {
    return this.#queue.shift();
  }

  release(): void {
    this.#queue.release?.();
  }
}
