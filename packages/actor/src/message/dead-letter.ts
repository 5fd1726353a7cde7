import type { PID } from "../pid/pid.ts";
import type { Message } from "./message.ts";

/** Why a message was not handled. */
export type DeadLetterReason =
  /** No process has the target's id. */
  | "not_found"
  /** The target stopped before the message's turn came. */
  | "stopped"
  /** The target's mailbox was full. */
  | "overloaded"
  /** The answer to a message that had no sender. */
  | "no_sender"
  /** The answer to a request that had already been settled. */
  | "late_reply"
  /** The target's address cannot be reached. */
  | "unreachable"
  /** A router has nobody to route the message to. */
  | "no_routee"
  /** The message cannot be written for another process, or what came from one cannot be read. */
  | "not_serializable";

/** Tells the sender of a message that no handler was started for it. */
export class DeadLetterResponse {
  readonly target: PID | undefined;
  readonly reason: DeadLetterReason;

  constructor(target: PID | undefined, reason: DeadLetterReason = "not_found") {
    this.target = target;
    this.reason = reason;
  }
}

/** Published on the event stream for each message that nobody handled. */
export class DeadLetterEvent {
  readonly target: PID | undefined;
  readonly message: Message;
  readonly sender: PID | undefined;
  readonly reason: DeadLetterReason;

  constructor(letter: DeadLetter) {
    this.target = letter.target;
    this.message = letter.message;
    this.sender = letter.sender;
    this.reason = letter.reason;
  }
}

/** A message that nobody handled, and all that is known of it. */
export interface DeadLetter {
  readonly target: PID | undefined;
  readonly message: Message;
  readonly sender: PID | undefined;
  readonly reason: DeadLetterReason;
}
