import type { Socket } from "node:net";

/**
 * Sees parts of what was sent leave. While more is to be sent than the operating system has room for, Node reads nothing from the
 * connection: no answer, and no question of the other side either. That room is made is then all that shows that it takes something.
 */
export class SendProgress {
  readonly #socket: Socket | undefined;
  /** Bytes that had been taken when there was no room last; undefined if there was. */
  #takenWhenFull: number | undefined;

  /** The socket beneath the session, and beneath TLS. Undefined if nothing is to be seen. */
  constructor(socket: Socket | undefined) {
    this.#socket = socket;
  }

  /** Bytes of the connection that the operating system has taken so far, those of its upkeep among them. */
  get takenBytes(): number {
    const { bytesWritten = 0 } = this.#socket ?? {};
    return bytesWritten - this.#queuedBytes;
  }

  /** Whether room was made, since this was asked before, where there was none. */
  hasMoved(): boolean {
    const before = this.#takenWhenFull;
    const { takenBytes } = this;
    this.#takenWhenFull = this.#queuedBytes > 0 ? takenBytes : undefined;
    return before !== undefined && takenBytes > before;
  }

  /** What there is no room for yet. Node keeps that to itself; without it what has left would be seen in whole writes, of a frame or more. */
  get #queuedBytes(): number {
    const { _handle: handle } = (this.#socket ?? {}) as Handle;
    return handle?.writeQueueSize ?? 0;
  }
}

interface Handle {
  readonly _handle?: { readonly writeQueueSize?: number } | null;
}
