import { ActorError } from "../actor-error.ts";
import type { Message } from "../message/message.ts";
import { BoundedQueue, type Overflow } from "./bounded-queue.ts";
import type { MessageQueue } from "./message-queue.ts";
import { MessageRing } from "./message-ring.ts";
import { type MailboxMiddleware, ObservedQueue } from "./observed-queue.ts";
import { PriorityQueue } from "./priority-queue.ts";

/**
 * Order, bounds and hooks of a mailbox. They concern user messages; system messages are never held up or dropped.
 *
 * @example
 * import { type MailboxOptions, type Overflow, propsFromFunction } from "@ts-grain/actor";
 *
 * const overflow: Overflow = "drop_oldest";
 * const mailbox: MailboxOptions = {
 *   capacity: 1_000,
 *   overflow,
 *   priority: (message) => (message === "urgent" ? 7 : 0),
 * };
 * const props = propsFromFunction(() => {}, { mailbox });
 */
export interface MailboxOptions {
  /** Most user messages that wait, at least 1. Default: no bound. */
  readonly capacity?: number | undefined;
  /** What a full mailbox does with one message more. Default "reject". */
  readonly overflow?: Overflow | undefined;
  /**
   * From 0 to 7: messages of a higher priority go first, those of one priority in their order. Other numbers are taken as
   * the nearest, and what is no number as 4. Must not throw. Default: first come, first served.
   */
  readonly priority?: ((message: Message) => number) | undefined;
  /** Told what goes in and out, in this order. Default none. */
  readonly middleware?: readonly MailboxMiddleware[] | undefined;
  /** Makes a queue of another kind, to which `priority` does not apply. Default none. */
  readonly queue?: (() => MessageQueue) | undefined;
}

/**
 * Makes the queue of a new mailbox, if it must see every message; most mailboxes do without one until a second message waits.
 *
 * @throws ActorError "invalid_options", naming the option.
 */
export function firstQueue(options: MailboxOptions | undefined): MessageQueue | undefined {
  if (options === undefined) return undefined;
  const { capacity, overflow, priority, queue, middleware } = options;
  if (capacity !== undefined && !(capacity >= 1)) {
    throw new ActorError("invalid_options", `capacity must be at least 1, got ${capacity}`);
  }
  if (capacity !== undefined && priority && overflow === "drop_oldest") {
    throw new ActorError("invalid_options", "overflow must not be drop_oldest in a mailbox with priorities");
  }
  const seesAll = queue !== undefined || (middleware !== undefined && middleware.length > 0);
  return seesAll ? createQueue(options) : undefined;
}

/** Makes the queue that the options ask for. */
export function createQueue(options: MailboxOptions = {}): MessageQueue {
  const { capacity, overflow = "reject", priority, middleware = [] } = options;
  let queue = options.queue?.() ?? (priority ? new PriorityQueue(priority) : new MessageRing());
  if (capacity !== undefined) queue = new BoundedQueue(queue, { capacity, overflow });
  return middleware.length === 0 ? queue : new ObservedQueue(queue, middleware);
}
