/** Bytes about which one entry tells, at least: so there are few, however small the frames are. */
const entryBytes = 16 * 1024;
/**
 * Bytes that can be between two processes, at most, as a receiver opens its window only for what it has read: the 16 MiB of our window, which
 * is the widest that grpc-go opens, and what our side holds back. What is older has arrived.
 */
const mostBytes = 24 * 1024 * 1024;

/** The messages in frames that were sent and may not have arrived yet. */
export class InFlight {
  /** Up to which byte each entry tells, and of how many messages. */
  readonly #ends: number[] = [];
  readonly #counts: number[] = [];
  #sentBytes = 0;
  #beginOfLast = 0;
  #arrivedBytes = 0;

  /** Bytes that were sent. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  sent(bytes: number, messages: number): void {
    const last = this.#ends.length - 1;
    const isOpen = last >= 0 && this.#sentBytes - this.#beginOfLast < entryBytes;
    if (!isOpen) this.#beginOfLast = this.#sentBytes;
    this.#sentBytes += bytes;
    if (isOpen) {
      this.#ends[last] = this.#sentBytes;
      this.#counts[last]! += messages;
      return;
    }
    this.#ends.push(this.#sentBytes);
    this.#counts.push(messages);
    this.arrived(this.#sentBytes - mostBytes);
  }

  /** All up to this byte has surely arrived. */
  arrived(bytes: number): void {
    this.#arrivedBytes = Math.max(this.#arrivedBytes, bytes);
    const past = this.#ends.findIndex((end) => end > this.#arrivedBytes);
    const count = past === -1 ? this.#ends.length : past;
    if (count === 0) return;
    this.#ends.splice(0, count);
    this.#counts.splice(0, count);
  }

  /** Messages of which it is not known that they have arrived. */
  get messages(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }
}
