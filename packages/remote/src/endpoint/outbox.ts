import type { Message as ProtobufMessage } from "@bufbuild/protobuf";
import type { MessageHeaders, PID } from "@ts-grain/actor";
import { RemoteError } from "../remote-error.ts";
import { BatchWriter, type Outgoing } from "../wire/batch-writer.ts";
import type { MessageCodec } from "../wire/message-codec.ts";
import type { MessageLimits } from "../wire/message-limits.ts";

/** How much an endpoint packs together, and how much it keeps. */
export interface OutboxLimits {
  /** What the peer takes of a single message. Default: whatever fits into a frame. */
  readonly message?: MessageLimits | undefined;
  /** Messages in a batch. */
  readonly maxBatchMessages: number;
  /** Bytes after which a batch is closed. */
  readonly maxBatchBytes: number;
  /** Bytes that the peer takes in one frame; bounds a single message. */
  readonly maxFrameBytes: number;
  /** Bytes that wait for the connection; above, user messages are refused. Answers of the runtime have a quarter more, beside the message that came last. */
  readonly maxBufferBytes: number;
}

/** The few bytes around a batch in its frame. */
const framingBytes = 8;

/** What waits to be sent to one address: closed batches in order, then the open one. */
export class Outbox {
  readonly #open: BatchWriter;
  readonly #limits: OutboxLimits;
  #closed: Uint8Array[] = [];
  #closedCounts: number[] = [];
  #takenCount = 0;
  #head = 0;
  #closedBytes = 0;
  #closedMessages = 0;
  /** Bytes that the open batch may have with a message like the one before, so that it need not be closed and there is room for more. */
  #mostBytes = 0;

  constructor(addresses: { readonly target: string; readonly own: string }, limits: OutboxLimits) {
    this.#open = new BatchWriter(addresses.target, addresses.own, limits.message);
    this.#limits = limits;
    this.#countClosed(0);
  }

  get isEmpty(): boolean {
    return this.#open.count === 0 && this.#head === this.#closed.length;
  }

  /** Messages in the frame that was taken last. */
  get takenCount(): number {
    return this.#takenCount;
  }

  /** Messages that wait. */
  get count(): number {
    return this.#closedMessages + this.#open.count;
  }

  /** Whether no more user messages fit. */
  get isFull(): boolean {
    return this.#closedBytes + this.#open.byteLength >= this.#limits.maxBufferBytes;
  }

  /** Whether a quarter more waits than user messages may fill, of which the last may be as long as a frame. */
  get isOverfull(): boolean {
    const { maxBufferBytes, maxFrameBytes } = this.#limits;
    return this.#closedBytes + this.#open.byteLength >= 1.25 * maxBufferBytes + maxFrameBytes;
  }

  /** @throws RemoteError "message_too_large", "not_serializable" (what the encoder said is the cause). */
  add({ message, codec, target, sender, replyTo, headers }: Outgoing): void {
    this.put(message, codec, target, sender, replyTo, headers);
  }

  /** The same; see {@link BatchWriter.put}. */
  put(
    message: ProtobufMessage,
    codec: MessageCodec,
    target: PID,
    sender: PID | undefined,
    replyTo: PID | undefined,
    headers: MessageHeaders | undefined,
  ): void {
    const maxBytes = this.#limits.maxFrameBytes - framingBytes;
    let fits: boolean;
    try {
      fits = this.#open.put(maxBytes, message, codec, target, sender, replyTo, headers);
      if (!fits) {
        this.#close();
        fits = this.#open.put(maxBytes, message, codec, target, sender, replyTo, headers);
      }
    } catch (cause) {
      throw refusal(codec, cause);
    }
    if (!fits) throw this.#tooLarge(codec);
    const { count, byteLength } = this.#open;
    if (count >= this.#limits.maxBatchMessages || byteLength >= this.#limits.maxBatchBytes) this.#close();
  }

  /**
   * Takes a message that is like the one before; see {@link BatchWriter.putAlike}. False, and nothing has happened, also if it is full or
   * the batch would be closed.
   */
  putAlike(message: ProtobufMessage, target: PID, sender: PID | undefined): boolean {
    const open = this.#open;
    return (
      open.count + 1 < this.#limits.maxBatchMessages &&
      open.putAlike(this.#mostBytes, message, target, sender)
    );
  }

  /** The next frame to send; undefined if nothing waits. */
  take(): Uint8Array | undefined {
    if (this.#head === this.#closed.length) {
      this.#takenCount = this.#open.count;
      return this.#takenCount === 0 ? undefined : this.#open.finish();
    }
    this.#takenCount = this.#closedCounts[this.#head]!;
    this.#closedMessages -= this.#takenCount;
    const frame = this.#closed[this.#head++]!;
    this.#countClosed(-frame.length);
    if (this.#head === this.#closed.length) {
      this.#closed = [];
      this.#closedCounts = [];
      this.#head = 0;
    }
    return frame;
  }

  /** All frames that wait. */
  takeAll(): Uint8Array[] {
    const frames: Uint8Array[] = [];
    for (let frame = this.take(); frame !== undefined; frame = this.take()) frames.push(frame);
    return frames;
  }

  #close(): void {
    if (this.#open.count === 0) return;
    this.#closedCounts.push(this.#open.count);
    this.#closedMessages += this.#open.count;
    const frame = this.#open.finish();
    this.#closed.push(frame);
    this.#countClosed(frame.length);
  }

  #countClosed(bytes: number): void {
    const { maxBatchBytes, maxFrameBytes, maxBufferBytes } = this.#limits;
    this.#closedBytes += bytes;
    this.#mostBytes = Math.min(
      maxBatchBytes - 1,
      maxFrameBytes - framingBytes,
      maxBufferBytes - this.#closedBytes,
    );
  }

  #tooLarge(codec: MessageCodec): RemoteError {
    return new RemoteError(
      "message_too_large",
      `a ${codec.typeName} does not fit into a frame of ${this.#limits.maxFrameBytes} bytes`,
    );
  }
}

function refusal({ typeName }: MessageCodec, cause: unknown): RemoteError {
  if (cause instanceof RemoteError && cause.code === "message_too_large")
    return new RemoteError(cause.code, `cannot send a ${typeName}: ${cause.message}`);
  const why = cause instanceof Error ? cause.message : String(cause);
  return new RemoteError("not_serializable", `cannot encode a ${typeName}: ${why}`, { cause });
}
