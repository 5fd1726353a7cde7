import { RemoteError } from "../../remote-error.ts";

/** A gRPC message is led by a byte that says whether it is compressed and by its length in four bytes, big endian. */
const prefixBytes = 5;
const smallestBuffer = 1024;
/** How many times what has arrived memory is taken for, at most. */
const ahead = 4;
const nothing: Uint8Array = Buffer.alloc(0);

/**
 * Cuts a stream of bytes into gRPC messages. A message that lies in one chunk is handed out as a view of it; only one that
 * is split is copied, into memory that grows with what has arrived and not with what was announced.
 */
export class GrpcDeframer {
  readonly #onFrame: (frame: Uint8Array) => void;
  #maxBytes: number;
  /** The beginning of a message that is not complete: its first `#held` bytes, prefix included. */
  #buffer: Uint8Array = nothing;
  #held = 0;
  /** How long that message will be, prefix included; 0 while the prefix is not complete. */
  #end = 0;
  #completed = 0;

  constructor(maxBytes: number, onFrame: (frame: Uint8Array) => void) {
    this.#maxBytes = maxBytes;
    this.#onFrame = onFrame;
  }

  /** Messages that were handed out. */
  get completed(): number {
    return this.#completed;
  }

  /** Whether a message has begun and its end is awaited. */
  get isInside(): boolean {
    return this.#held > 0;
  }

  /** From the next message on. */
  set maxBytes(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @throws RemoteError "malformed_frame" for a compressed message, "limit_exceeded" for one that is too long. */
  push(chunk: Uint8Array): void {
    let at = this.#held > 0 ? this.#complete(chunk) : 0;
    while (this.#held === 0 && chunk.length - at >= prefixBytes) {
      const size = prefixBytes + this.#lengthOf(chunk, at);
      if (at + size > chunk.length) {
        this.#end = size;
        break;
      }
      const start = at + prefixBytes;
      at += size;
      this.#completed++;
      this.#onFrame(chunk.subarray(start, at));
    }
    if (at < chunk.length) this.#hold(chunk.subarray(at));
  }

  /** Takes what completes the message that was begun; returns how many bytes that were. */
  #complete(chunk: Uint8Array): number {
    const forPrefix = Math.min(Math.max(prefixBytes - this.#held, 0), chunk.length);
    this.#hold(chunk.subarray(0, forPrefix));
    if (this.#held < prefixBytes) return forPrefix;
    this.#end = prefixBytes + this.#lengthOf(this.#buffer, 0);
    const end = this.#end;
    const used = forPrefix + Math.min(end - this.#held, chunk.length - forPrefix);
    this.#hold(chunk.subarray(forPrefix, used));
    if (this.#held < end) return used;
    // The receiver keeps the bytes, so the next split message needs memory of its own.
    const frame = this.#buffer.subarray(prefixBytes, end);
    this.#buffer = nothing;
    this.#held = 0;
    this.#end = 0;
    this.#completed++;
    this.#onFrame(frame);
    return used;
  }

  #lengthOf(bytes: Uint8Array, at: number): number {
    if (bytes[at] !== 0) throw new RemoteError("malformed_frame", "compressed messages are not taken");
    const length =
      ((bytes[at + 1]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!) >>> 0;
    if (length > this.#maxBytes) {
      throw new RemoteError(
        "limit_exceeded",
        `a frame of ${length} bytes was announced; ${this.#maxBytes} are allowed`,
      );
    }
    return length;
  }

  #hold(bytes: Uint8Array): void {
    const needed = this.#held + bytes.length;
    if (needed > this.#buffer.length) {
      // A Buffer, as the chunks are: what is compiled to read those would be compiled anew for another kind of array.
      const grown = Buffer.allocUnsafeSlow(
        Math.max(needed, smallestBuffer, Math.min(this.#end, needed * ahead)),
      );
      grown.set(this.#buffer.subarray(0, this.#held));
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#held);
    this.#held = needed;
  }
}

/** A message with its gRPC prefix. */
export function withPrefix(frame: Uint8Array): Uint8Array {
  // Small ones come out of Node's pool, which costs much less than memory of their own.
  const framed = Buffer.allocUnsafe(prefixBytes + frame.length);
  framed[0] = 0;
  framed.writeUInt32BE(frame.length, 1);
  framed.set(frame, prefixBytes);
  return framed;
}
