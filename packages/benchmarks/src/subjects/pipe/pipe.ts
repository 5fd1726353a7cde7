import type { Duplex } from "node:stream";

const headerBytes = 9;
const maxBatchBytes = 64 * 1024;
/** More than any message of the benchmarks has. */
const maxMessageBytes = 256;

/** Writes a message's body at an offset and returns where it ends. */
export type WriteBody = (bytes: Buffer, at: number) => number;

/**
 * Envelopes on a stream, each of a kind, an id, a length and a body. What is sent in one turn of the event loop leaves
 * together.
 *
 * Bare: no flow control, no limits, no checks.
 */
export class Pipe {
  readonly #stream: Duplex;
  readonly #onEnvelope: (kind: number, id: number) => void;
  readonly #batch: Buffer = Buffer.allocUnsafeSlow(maxBatchBytes + headerBytes + maxMessageBytes);
  #length = 0;
  #rest: Buffer | undefined;
  /** Where the body of the present envelope lies, while `onEnvelope` runs. */
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;

  constructor(stream: Duplex, onEnvelope: (this: void, kind: number, id: number) => void) {
    this.#stream = stream;
    this.#onEnvelope = onEnvelope;
    stream.on("data", (chunk: Buffer) => this.#read(chunk));
  }

  send(kind: number, id: number, writeBody?: WriteBody): void {
    if (this.#length === 0) process.nextTick(this.#flush);
    const start = this.#length;
    const bodyStart = start + headerBytes;
    const end = writeBody === undefined ? bodyStart : writeBody(this.#batch, bodyStart);
    this.#batch[start] = kind;
    this.#batch.writeUInt32LE(id, start + 1);
    this.#batch.writeUInt32LE(end - bodyStart, start + 5);
    this.#length = end;
    if (end >= maxBatchBytes) this.#flush();
  }

  readonly #flush = (): void => {
    if (this.#length === 0) return;
    // A copy, as the stream keeps what it is given until it has left.
    this.#stream.write(Buffer.from(this.#batch.subarray(0, this.#length)));
    this.#length = 0;
  };

  #read(chunk: Buffer): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= headerBytes) {
      const end = at + headerBytes + bytes.readUInt32LE(at + 5);
      if (end > bytes.length) break;
      this.bytes = bytes;
      this.start = at + headerBytes;
      this.end = end;
      this.#onEnvelope(bytes[at]!, bytes.readUInt32LE(at + 1));
      at = end;
    }
    this.#rest = at === bytes.length ? undefined : bytes.subarray(at);
  }
}
