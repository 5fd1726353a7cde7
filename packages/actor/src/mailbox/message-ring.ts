import type { Origin } from "../message/envelope.ts";
import type { Message } from "../message/message.ts";
import type { MessageQueue } from "./message-queue.ts";

const fewestSlots = 16;
/** Largest ring of a chain. One of 2¹⁵ slots takes 256 kB, which the engine puts where it need not be moved. */
const mostSlots = 2 ** 15;
/** An empty ring up to this size is kept for the next flood. */
const keptSlots = 4096;

/**
 * An unbounded queue of ring buffers: every operation takes the same time at any depth.
 *
 * Most of the time it is one ring. When that is full a larger one follows it, instead of a copy in its place, so that no
 * message is ever moved, and what a flood took is given back while it is worked off.
 */
export class MessageRing implements MessageQueue {
  /** Messages leave the first ring and join the last; those between are full. */
  #first: Ring = new Ring(fewestSlots, undefined);
  #last: Ring = this.#first;
  #length = 0;
  #origin: Origin;

  get length(): number {
    return this.#length;
  }

  get origin(): Origin {
    return this.#origin;
  }

  push(message: Message, origin: Origin): undefined {
    if (this.#last.isFull) this.#last = this.#last.next = new Ring(this.#last.doubled, undefined);
    this.#last.push(message, origin);
    this.#length++;
  }

  unshift(message: Message, origin: Origin): void {
    if (this.#first.isFull) this.#first = new Ring(fewestSlots, this.#first);
    this.#first.unshift(message, origin);
    this.#length++;
  }

  shift(): Message | undefined {
    if (this.#length === 0) return undefined;
    // An empty ring is followed by another one, or the queue would be empty.
    if (this.#first.taken === 0) this.#first = this.#first.next!;
    this.#length--;
    const { firstOrigin } = this.#first;
    // As in the mailbox.
    if (this.#origin !== firstOrigin) this.#origin = firstOrigin;
    return this.#first.shift();
  }

  /** Gives the memory of a past flood back, if the queue is empty. */
  release(): void {
    if (this.#length === 0 && this.#last.size > keptSlots) {
      this.#first = this.#last = new Ring(fewestSlots, undefined);
    }
  }
}

/**
 * A ring buffer of one size.
 *
 * Messages and origins lie side by side in one array, so that queueing a message allocates nothing.
 */
class Ring {
  next: Ring | undefined;
  /** Number of slots in use, two for each message. */
  taken = 0;
  // Message at even, its origin at the following odd index; the size is a power of two.
  readonly #slots: unknown[];
  #head = 0;

  constructor(size: number, next: Ring | undefined) {
    this.#slots = new Array(size);
    this.next = next;
  }

  get size(): number {
    return this.#slots.length;
  }

  get isFull(): boolean {
    return this.taken === this.#slots.length;
  }

  /** Size of the ring to follow this one. */
  get doubled(): number {
    return Math.min(this.#slots.length * 2, mostSlots);
  }

  get firstOrigin(): Origin {
    return this.#slots[this.#head + 1] as Origin;
  }

  push(message: Message, origin: Origin): void {
    const slots = this.#slots;
    const at = (this.#head + this.taken) & (slots.length - 1);
    slots[at] = message;
    slots[at + 1] = origin;
    this.taken += 2;
  }

  unshift(message: Message, origin: Origin): void {
    const slots = this.#slots;
    this.#head = (this.#head - 2) & (slots.length - 1);
    slots[this.#head] = message;
    slots[this.#head + 1] = origin;
    this.taken += 2;
  }

  shift(): Message {
    const slots = this.#slots;
    const head = this.#head;
    const message = slots[head] as Message;
    slots[head] = undefined;
    slots[head + 1] = undefined;
    this.#head = (head + 2) & (slots.length - 1);
    this.taken -= 2;
    return message;
  }
}
