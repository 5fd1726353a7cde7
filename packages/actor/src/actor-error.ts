/**
 * What went wrong; the meaning of each code does not change.
 *
 * @example
 * import { ActorError, type ActorErrorCode } from "@ts-grain/actor";
 *
 * // No handler was started, so that it is safe to try again.
 * const safeToRetry: readonly ActorErrorCode[] = ["dead_letter", "overloaded"];
 * const mayRetry = (error: unknown): boolean =>
 *   ActorError.is(error) && safeToRetry.includes(error.code);
 */
export type ActorErrorCode =
  /** No handler was started: the target does not exist, or it stopped before the message's turn. */
  | "dead_letter"
  /** No handler was started: the target's mailbox was full. */
  | "overloaded"
  /** No reply came in time; the target may or may not have handled the message. */
  | "deadline_exceeded"
  /** An actor of that name lives already. */
  | "name_taken"
  /** A name is empty, or an option has a value outside its range; the message names it. */
  | "invalid_options"
  /** `undefined` and `null` are not messages. */
  | "invalid_message"
  /** The call needs a user message that is being handled, and there is none. */
  | "no_message"
  /** The actor or the system has stopped and starts nothing new. */
  | "stopped";

/**
 * An error of the actor runtime, told apart by its code.
 *
 * @example
 * import { ActorError, ActorSystem, PID } from "@ts-grain/actor";
 *
 * const { root } = new ActorSystem({ deadLetterLog: { requests: "ignore" } });
 * try {
 *   await root.requestAsync(new PID("nonhost", "nobody"), "anybody there?");
 * } catch (error) {
 *   if (ActorError.is(error)) console.log(error.code); // prints: dead_letter
 * }
 */
export class ActorError extends Error {
  override readonly name = "ActorError";
  /** Recognises errors made by another copy of this package. */
  readonly "~actorError" = true;
  readonly code: ActorErrorCode;

  constructor(code: ActorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Whether the value is an error of the actor runtime. */
  static is(value: unknown): value is ActorError {
    return value instanceof Error && "~actorError" in value;
  }
}
