import type { DeadLetterReason } from "../message/dead-letter.ts";
import type { Origin } from "../message/envelope.ts";
import type { Message } from "../message/message.ts";
import type { SystemMessage } from "../message/system-message.ts";
import type { PID } from "../pid/pid.ts";
import type { ProcessHome } from "../pid/process.ts";
import type { Refused } from "./message-queue.ts";

/** What a mailbox hands its messages to: the actor's cell. */
export interface MailboxOwner {
  readonly home: ProcessHome;

  /** Chooses the id of an actor that was spawned without a name. */
  chooseId(): string;

  /** Handles a user message; a promise keeps the mailbox shut until it settles. */
  handleUser(message: Message, origin: Origin): unknown;

  /** Handles a system message, with the same meaning of a promise. */
  handleSystem(message: SystemMessage): unknown;

  /** Hears of a throw or a rejection. `message` is undefined if it was a system message that was handled. */
  handleFailure(reason: unknown, message: Message | undefined): void;

  /** Hears of a system message that has to wait for the promise of the message being handled. */
  handleWaiting(message: SystemMessage): void;

  /** Hears that nothing is left to do for now. */
  handleIdle(): void;

  /** Takes a user message that will not be delivered. `target` is undefined if it had been queued before. */
  undeliverable(target: PID | undefined, letter: Undelivered): void;

  /** Takes a system message that came after the end. `target` is undefined if it had been queued before. */
  undeliverableSystem(target: PID | undefined, message: SystemMessage): void;
}

/** A user message that will not be delivered. */
export interface Undelivered extends Refused {
  readonly reason: DeadLetterReason;
}
