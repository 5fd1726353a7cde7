import type { MessageQueue } from "./message-queue.ts";

/** Order, bounds and hooks of a mailbox. */
export interface MailboxOptions {
  /** Makes the queue of the user messages. Default: an unbounded ring. */
  readonly queue?: (() => MessageQueue) | undefined;
}
