import type { Origin } from "../message/envelope.ts";
import type { Message } from "../message/message.ts";
import type { MessageQueue } from "./message-queue.ts";

const initialSlots = 16;

/**
 * An unbounded queue in a ring buffer: every operation takes the same time at any depth.
 *
 * Messages and origins lie side by side in one array, so that queueing a message allocates nothing.
 */
export class MessageRing implements MessageQueue {
  // Message at even, its origin at the following odd index; the size is a power of two.
  #slots: unknown[] = new Array(initialSlots);
  #head = 0;
  #length = 0;
  #origin: Origin;

  get length(): number {
    return this.#length;
  }

  get origin(): Origin {
    return this.#origin;
  }

  push(message: Message, origin: Origin): undefined {
    if (this.#length * 2 === this.#slots.length) this.#grow();
    const at = (this.#head + this.#length * 2) & (this.#slots.length - 1);
    this.#slots[at] = message;
    this.#slots[at + 1] = origin;
    this.#length++;
  }

  unshift(message: Message, origin: Origin): void {
    if (this.#length * 2 === this.#slots.length) this.#grow();
    this.#head = (this.#head - 2) & (this.#slots.length - 1);
    this.#slots[this.#head] = message;
    this.#slots[this.#head + 1] = origin;
    this.#length++;
  }

  shift(): Message | undefined {
    if (this.#length === 0) return undefined;
    const slots = this.#slots;
    const head = this.#head;
    const message = slots[head] as Message;
    this.#origin = slots[head + 1] as Origin;
    slots[head] = undefined;
    slots[head + 1] = undefined;
    this.#head = (head + 2) & (slots.length - 1);
    this.#length--;
    return message;
  }

  /** Gives the memory of a past flood back, if the ring is empty. */
  release(): void {
    if (this.#length === 0 && this.#slots.length > keptSlots) {
      this.#slots = new Array(initialSlots);
      this.#head = 0;
    }
  }

  #grow(): void {
    const slots = this.#slots;
    const grown: unknown[] = new Array(slots.length * 2);
    for (let index = 0; index < slots.length; index++) {
      grown[index] = slots[(this.#head + index) & (slots.length - 1)];
    }
    this.#slots = grown;
    this.#head = 0;
  }
}

/** An empty ring up to this size is kept for the next flood. */
const keptSlots = 1024;
