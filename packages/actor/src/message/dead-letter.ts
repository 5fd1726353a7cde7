import type { PID } from "../pid/pid.ts";
import type { Message } from "./message.ts";

/**
 * Why a message was not handled.
 *
 * @see {@link DeadLetterEvent}
 */
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
  /** A peer sent it in the name of somebody whom it cannot be answered to. */
  | "refused"
  /** The message cannot be written for another process, or what came from one cannot be read. */
  | "not_serializable";

/**
 * Tells the sender of a message that no handler was started for it.
 *
 * @example
 * import {
 *   ActorSystem,
 *   DeadLetterResponse,
 *   PID,
 *   propsFromFunction,
 *   Started,
 * } from "@ts-grain/actor";
 *
 * const { root } = new ActorSystem();
 * const told = Promise.withResolvers<string>();
 * root.spawn(
 *   propsFromFunction((context) => {
 *     if (context.message instanceof Started)
 *       context.request(new PID("nonhost", "nobody"), "anybody there?");
 *     if (context.message instanceof DeadLetterResponse) told.resolve(context.message.reason);
 *   }),
 * );
 * console.log(await told.promise); // prints: not_found
 */
export class DeadLetterResponse {
  readonly target: PID | undefined;
  readonly reason: DeadLetterReason;

  constructor(target: PID | undefined, reason: DeadLetterReason = "not_found") {
    this.target = target;
    this.reason = reason;
  }
}

/**
 * Published on the event stream for each message that nobody handled.
 *
 * @example
 * import { ActorSystem, DeadLetterEvent, type DeadLetterReason, PID } from "@ts-grain/actor";
 *
 * const { eventStream, root } = new ActorSystem({ deadLetterLog: { limit: 0 } });
 * const reasons: DeadLetterReason[] = [];
 * eventStream.subscribe((event) => {
 *   if (event instanceof DeadLetterEvent) reasons.push(event.reason);
 * });
 * root.send(new PID("nonhost", "nobody"), "hello");
 * console.log(reasons[0]); // prints: not_found
 */
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

/**
 * A message that nobody handled, and all that is known of it.
 *
 * @example
 * import type { DeadLetter, Message, PID, System } from "@ts-grain/actor";
 *
 * // For processes that cannot deliver: the letter is counted and published, and its sender told.
 * function refuse(
 *   { processes }: System,
 *   target: PID,
 *   message: Message,
 *   sender: PID | undefined,
 * ): void {
 *   const letter: DeadLetter = { target, message, sender, reason: "overloaded" };
 *   processes.deadLetter(letter);
 * }
 */
export interface DeadLetter {
  readonly target: PID | undefined;
  readonly message: Message;
  readonly sender: PID | undefined;
  readonly reason: DeadLetterReason;
}
