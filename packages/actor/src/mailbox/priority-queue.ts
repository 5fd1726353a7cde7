import { PoisonPill } from "../message/control-message.ts";
import type { Origin } from "../message/envelope.ts";
import type { Message } from "../message/message.ts";
import { UnpackedBatch } from "../message/message-batch.ts";
import type { MessageQueue } from "./message-queue.ts";
import { MessageRing } from "./message-ring.ts";

const highest = 7;
/** The priority of a message that has none. */
const usual = 4;

/** Hands out messages of a higher priority first, and those of one priority in their order. */
export class PriorityQueue implements MessageQueue {
  readonly #priorityOf: (message: Message) => number;
  // Highest priority first.
  readonly #rings: readonly MessageRing[] = Array.from({ length: highest + 1 }, () => new MessageRing());
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

  release(): void {
    for (const ring of this.#rings) ring.release();
  }

  #ringOf(message: Message): MessageRing {
    const priority = Math.round(this.#rank(message));
    const known = Number.isNaN(priority) ? usual : Math.min(highest, Math.max(0, priority));
    return this.#rings[highest - known]!;
  }

  #rank(message: Message): number {
    // All that was queued before a poison pill comes before it.
    if (message instanceof PoisonPill) return 0;
    return this.#priorityOf(message instanceof UnpackedBatch ? message.batch : message);
  }
}
