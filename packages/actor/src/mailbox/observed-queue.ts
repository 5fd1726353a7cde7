import type { Origin } from "../message/envelope.ts";
import type { Message } from "../message/message.ts";
import { UnpackedBatch } from "../message/message-batch.ts";
import type { MessageQueue, Refused } from "./message-queue.ts";

/**
 * Is told of the user messages that go through a mailbox. Its methods must not throw.
 *
 * @example
 * import { type MailboxMiddleware, propsFromFunction } from "@ts-grain/actor";
 *
 * let waiting = 0;
 * const count: MailboxMiddleware = {
 *   posted: () => void waiting++,
 *   received: () => void waiting--,
 * };
 * const props = propsFromFunction(() => {}, { mailbox: { middleware: [count] } });
 */
export interface MailboxMiddleware {
  /** A mailbox was made. */
  started?(): void;
  /** A message came. */
  posted?(message: Message): void;
  /** A message was taken out to be handled. */
  received?(message: Message): void;
  /** The last message was taken out. */
  empty?(): void;
}

/** Tells others what goes in and out of a queue. */
export class ObservedQueue implements MessageQueue {
  readonly #queue: MessageQueue;
  readonly #middleware: readonly MailboxMiddleware[];

  constructor(queue: MessageQueue, middleware: readonly MailboxMiddleware[]) {
    this.#queue = queue;
    this.#middleware = middleware;
    for (const observer of middleware) observer.started?.();
  }

  get length(): number {
    return this.#queue.length;
  }

  get origin(): Origin {
    return this.#queue.origin;
  }

  push(message: Message, origin: Origin): Refused | undefined {
    for (const observer of this.#middleware) observer.posted?.(message);
    return this.#queue.push(message, origin);
  }

  unshift(message: Message, origin: Origin): void {
    this.#queue.unshift(message, origin);
  }

  shift(): Message | undefined {
    const message = this.#queue.shift();
    if (message === undefined) return undefined;
    // A batch has been received before it was unpacked.
    if (!(message instanceof UnpackedBatch))
      for (const observer of this.#middleware) observer.received?.(message);
    if (this.#queue.length === 0) for (const observer of this.#middleware) observer.empty?.();
    return message;
  }

  release(): void {
    this.#queue.release?.();
  }
}
