import type { Message as ProtobufMessage } from "@bufbuild/protobuf";
import type { PID } from "@ts-grain/actor";
import type { ByteWriter } from "./byte-writer.ts";
import type { MessageCodec } from "./message-codec.ts";

const tag = { envelope: 0x1a, messageData: 0x12 } as const;

/** Bytes that a pattern holds: three short names, and the serializer. */
const mostBytes = 8;

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

  /** Whether the envelope of a message without headers follows it. */
  fits(message: ProtobufMessage, target: PID, sender: PID | undefined): boolean {
    return target === this.#target && sender === this.#sender && message.$typeName === this.#typeName;
  }

  /** Writes an envelope that follows it. */
  write(message: ProtobufMessage, into: ByteWriter): void {
    const start = into.beginFieldWith(tag.envelope, this.#bytes, this.#headEnd);
    writeMessageData(this.#codec!, message, into);
    into.endFieldWith(start, this.#bytes, this.#headEnd, this.#end);
  }

  /** Takes the pattern of an envelope that others may follow. */
  learn(
    { message, codec, target, sender }: EnvelopeNames,
    envelope: ByteWriter,
    { start, messageStart, messageEnd }: WrittenEnvelope,
  ): void {
    this.forget();
    const headEnd = messageStart - start;
    const end = headEnd + envelope.length - messageEnd;
    if (end > mostBytes) return;
    envelope.copyPart(start, messageStart, this.#bytes, 0);
    envelope.copyPart(messageEnd, envelope.length, this.#bytes, headEnd);
    this.#headEnd = headEnd;
    this.#end = end;
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

/** A message as an envelope's field, which is left out if the message has no bytes. */
export function writeMessageData(codec: MessageCodec, message: ProtobufMessage, into: ByteWriter): void {
  const before = into.length;
  const start = into.beginField(tag.messageData);
  codec.encode(message, into);
  if (into.length === start) into.truncate(before);
  else into.endLength(start);
}
