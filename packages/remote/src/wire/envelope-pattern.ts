import type { Message as ProtobufMessage } from "@bufbuild/protobuf";
import type { PID } from "@ts-grain/actor";
import type { ByteWriter } from "./byte-writer.ts";
import type { MessageCodec } from "./message-codec.ts";

const messageDataTag = 0x12;

/** Bytes that a pattern holds: the envelope's tag and length, three short names, and the serializer. */
const mostBytes = 10;
/** What stands before an envelope's content: its tag, and room for its length, which is written last. */
const fieldBytes = 2;

/** Whose envelope it is. */
export interface EnvelopeNames {
  readonly message: ProtobufMessage;
  readonly codec: MessageCodec;
  readonly target: PID;
  readonly sender: PID | undefined;
}

/** Where things are in an envelope that has just been written; it ends where everything ends. */
export interface WrittenEnvelope {
  /** Of what it holds. */
  readonly start: number;
  readonly messageStart: number;
  readonly messageEnd: number;
}

/**
 * What stands around the message in an envelope that is no request, no answer to one, and has no headers. Most messages of a batch are of
 * the same type, and go the same way, as the one before: around theirs stands the same.
 */
export class EnvelopePattern {
  #typeName: string | undefined = undefined;
  #target: PID | undefined = undefined;
  #sender: PID | undefined = undefined;
  #codec: MessageCodec | undefined = undefined;
  /** What stands before the message, and then what stands behind it. */
  readonly #bytes = new Uint8Array(mostBytes);
  #headEnd = 0;
  #end = 0;
  /** Whether the message had no bytes, so that what stands around it is the whole envelope. */
  #isWhole = false;

  /** Whether the envelope of a message without headers follows it. */
  fits(message: ProtobufMessage, target: PID, sender: PID | undefined): boolean {
    return target === this.#target && sender === this.#sender && message.$typeName === this.#typeName;
  }

  /** Writes an envelope that follows it. */
  write(message: ProtobufMessage, into: ByteWriter): void {
    if (!this.#isWhole || hasBytes(this.#codec!, message, into)) this.#writeAround(message, into);
    else into.few(this.#bytes, 0, this.#end);
  }

  #writeAround(message: ProtobufMessage, into: ByteWriter): void {
    const start = into.length + fieldBytes;
    into.few(this.#bytes, 0, this.#headEnd);
    writeMessageData(this.#codec!, message, into);
    into.few(this.#bytes, this.#headEnd, this.#end);
    into.endLength(start);
  }

  /** Takes the pattern of an envelope that others may follow. */
  learn(
    { message, codec, target, sender }: EnvelopeNames,
    envelope: ByteWriter,
    { start, messageStart, messageEnd }: WrittenEnvelope,
  ): void {
    this.forget();
    const field = start - fieldBytes;
    const headEnd = messageStart - field;
    const end = headEnd + envelope.length - messageEnd;
    if (end > mostBytes) return;
    envelope.copyTo(this.#bytes, 0, field, messageStart);
    envelope.copyTo(this.#bytes, headEnd, messageEnd);
    this.#bytes[1] = end - fieldBytes;
    this.#headEnd = headEnd;
    this.#end = end;
    this.#isWhole = messageStart === messageEnd;
    this.#typeName = message.$typeName;
    this.#codec = codec;
    this.#target = target;
    this.#sender = sender;
  }

  /** No envelope follows it until it has learned another. */
  forget(): void {
    this.#typeName = undefined;
    this.#target = undefined;
    this.#sender = undefined;
  }
}

/** Whether a message has any bytes; nothing is written. */
function hasBytes(codec: MessageCodec, message: ProtobufMessage, into: ByteWriter): boolean {
  const before = into.length;
  codec.encode(message, into);
  if (into.length === before) return false;
  into.truncate(before);
  return true;
}

/** A message as an envelope's field, which is left out if the message has no bytes. */
export function writeMessageData(codec: MessageCodec, message: ProtobufMessage, into: ByteWriter): void {
  const before = into.length;
  const start = into.beginField(messageDataTag);
  codec.encode(message, into);
  if (into.length === start) into.truncate(before);
  else into.endLength(start);
}
