/** Bytes that a ts-grain peer reads in each turn of its event loop, if so many are there. */
const readInTurn = 128 * 1024;

/**
 * Concludes from answered pings how many bytes the other side has surely read.
 *
 * An answer proves that all that left before the ping has come to the other side's HTTP/2, which may hold some of it unread while its
 * event loop has much to do. Between two pings, the second of which left after the first was answered, it has had a turn at least, and
 * has read its share.
 */
export class ProofOfArrival {
  readonly #windowBytes: number;
  /** Bytes that had left before the last ping that was answered. */
  #left = 0;
  /** Of these, those that the other side may not have read when it answered. */
  #unread = 0;

  /** The other side holds no more unread than its window has bytes. */
  constructor(windowBytes: number) {
    this.#windowBytes = windowBytes;
  }

  /** Another ping was answered, which left after the answer to the one before had come, and before which so many bytes had left. Returns how many the other side has read at least. */
  answered(left: number): number {
    const unreadOfBefore = Math.max(0, this.#unread - readInTurn);
    this.#unread = Math.min(this.#windowBytes, unreadOfBefore + left - this.#left);
    this.#left = left;
    return left - this.#unread;
  }
}
