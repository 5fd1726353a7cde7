/**
 * What went wrong at the door between two processes.
 *
 * @example
 * import { RemoteError, type RemoteErrorCode } from "@ts-grain/remote";
 *
 * // The message itself is the problem: sending it again does not help.
 * const hopeless: readonly RemoteErrorCode[] = ["not_serializable", "message_too_large"];
 * const isHopeless = (error: unknown): boolean =>
 *   RemoteError.is(error) && hopeless.includes(error.code);
 */
export type RemoteErrorCode =
  | "invalid_options" // an option is missing or contradicts another; the message names it. Or the system has a remote already
  | "not_serializable" // the message is no protobuf message of a registered type, or its encoder refused it, or sent it itself
  | "message_too_large" // one message (with its headers) does not fit into a frame, or its headers or names are longer than peers take
  | "type_conflict" // two different message types of one name were registered
  | "listen_failed" // the address is taken, not ours, or not allowed
  | "connect_failed" // nobody answers at the address, or not in time
  | "connection_lost" // an established connection broke
  | "handshake_failed" // the peer answered, but not as a member that we may talk to
  | "name_taken" // the peer has an actor of that name already
  | "spawn_refused" // the peer does not spawn such an actor
  | "malformed_frame" // a peer sent bytes that break the protocol
  | "limit_exceeded" // a peer sent more than a limit allows
  | "stopped"; // this remote was shut down

/**
 * Thrown by everything in this package. Codes are stable, messages are not.
 *
 * @example
 * import { configureRemote, RemoteError } from "@ts-grain/remote";
 *
 * try {
 *   configureRemote("localhost", 0, { clusterToken: "short" });
 * } catch (error) {
 *   if (RemoteError.is(error)) console.log(error.code); // prints: invalid_options
 * }
 */
export class RemoteError extends Error {
  override readonly name = "RemoteError";
  /** Recognises errors made by another copy of this package. */
  readonly "~remoteError" = true;
  readonly code: RemoteErrorCode;

  constructor(code: RemoteErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static is(value: unknown): value is RemoteError {
    return value instanceof Error && "~remoteError" in value;
  }
}
