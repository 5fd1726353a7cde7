import { RemoteError } from "../remote-error.ts";

/**
 * Why a connection ended of which the other side may not know that it has: it gave no sign of life. It may live, behind a network that is
 * cut. Its code is "connection_lost".
 *
 * @see {@link ConnectionHandlers}
 */
export class SilenceError extends RemoteError {
  constructor(message: string) {
    super("connection_lost", message);
  }
}
