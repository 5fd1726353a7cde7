import type { Origin } from "../message/envelope.ts";
import type { Message } from "../message/message.ts";
import type { MessageQueue } from "./message-queue.ts";
import { MessageRing } from "./message-ring.ts";

const levels = 8;

/** Hands out messages of a higher priority first, and those of one priority in their order. */
export class PriorityQueue implements MessageQueue {
  readonly #priorityOf: (message: Message) => number;
  // Highest priority first.
  readonly #rings: readonly MessageRing[] = Array.from({ length: levels }, () => new MessageRing());
  #length = 0;
  #origin: Origin;

  constructor(priorityOf: (message: Message) => number) {
    this.#priorityOf = priorityOf;
  }

  get length(): number {
    return this.#length;
  }

  get origin(): Origin {
    return this.#origin;
  }

  push(message: Message, origin: Origin): undefined {
    this.#ringOf(message).push(message, origin);
    this.#length++;
  }

  unshift(message: Message, origin: Origin): void {
    this.#ringOf(message).unshift(message, origin);
    this.#length++;
  }

  shift(): Message | undefined {
    const ring = this.#rings.find(({ length }) => length > 0);
    if (ring === undefined) return undefined;
    const message = ring.shift();
    this.#origin = ring.origin;
    this.#length--;
    return message;
  }

  #ringOf(message: Message): MessageRing {
    const level = levels - 1 - Math.round(this.#priorityOf(message));
    return this.#rings[Math.min(levels - 1, Math.max(0, level))]!;
  }
}
