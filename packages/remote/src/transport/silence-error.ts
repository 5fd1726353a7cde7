import { RemoteError } from "../remote-error.ts";

/**
 * Why a connection ended of which the other side may not know that it has: it gave no sign of life. It may live, behind a network that is
 * cut. Its code is "connection_lost". A transport gives it to `onClose`, by itself or as the cause of another error.
 *
 * @example
 * import { type ConnectionHandlers, SilenceError } from "@ts-grain/remote";
 *
 * // What a transport does whose other side has answered no ping for three seconds.
 * function giveUp(handlers: ConnectionHandlers): void {
 *   handlers.onClose(new SilenceError("no answer for 3 s"));
 * }
 */
export class SilenceError extends RemoteError {
  constructor(message: string) {
    super("connection_lost", message);
  }
}
