import {
  create,
  type DescMessage,
  fromBinary,
  fromJson,
  type Message as ProtobufMessage,
  type Registry,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import type { ByteWriter } from "./byte-writer.ts";
import type { MessageReader } from "./message-reader.ts";

/**
 * How the bytes of a message are made, as the wire numbers it: 0 protobuf, 1 JSON.
 *
 * @see {@link MessageCodec}
 */
export type SerializerId = 0 | 1;

/**
 * Turns messages of one type into bytes and back. With serializer 0 the objects and the bytes must be those of
 * protobuf-es; such a codec exists to be faster, and protobuf-es itself serves every type that has none.
 *
 * @example
 * import { create, type Message } from "@bufbuild/protobuf";
 * import { type StringValue, StringValueSchema } from "@bufbuild/protobuf/wkt";
 * import {
 *   ByteReader,
 *   type ByteWriter,
 *   type MessageCodec,
 *   type SerializerId,
 * } from "@ts-grain/remote";
 *
 * // Writes and reads google.protobuf.StringValue by hand.
 * class StringValueCodec implements MessageCodec {
 *   readonly typeName = StringValueSchema.typeName;
 *   readonly serializerId: SerializerId = 0;
 *
 *   encode(message: Message, into: ByteWriter): void {
 *     into.byte(0x0a);
 *     into.string((message as StringValue).value);
 *   }
 *
 *   decode(bytes: Uint8Array, start: number, end: number): Message {
 *     const reader = new ByteReader(bytes, start, end);
 *     reader.tag();
 *     return create(StringValueSchema, { value: reader.string() });
 *   }
 * }
 */
export interface MessageCodec {
  readonly typeName: string;
  readonly serializerId: SerializerId;
  /** Appends the message. May throw: what was appended is then taken back. */
  encode(message: ProtobufMessage, into: ByteWriter): void;
  /** Reads the message between two offsets. The bytes come from a peer: throws for everything that is not a message. */
  decode(bytes: Uint8Array, start: number, end: number): ProtobufMessage;
  /**
   * The same with a reader that stands at the message's beginning, not inside of any other, and whose `end` is its end: it serves
   * a whole batch, so that no message need make one. Throws for whatever it leaves to `decode`, which the rest of the batch then
   * goes to as well; so does a frame that is long enough for its elements to be counted. A codec that wraps another one's
   * `decode` must wrap this or leave it out. Default: `decode` reads everything.
   */
  readonly read?: ((reader: MessageReader, end: number) => ProtobufMessage) | undefined;
}

/**
 * The binary codec that knows every type.
 *
 * @example
 * import { type StringValue, StringValueSchema } from "@bufbuild/protobuf/wkt";
 * import { type MessageCodec, protobufCodec } from "@ts-grain/remote";
 *
 * // What every type has until another codec takes its place.
 * const codec: MessageCodec = protobufCodec(StringValueSchema);
 * const read = codec.decode(Uint8Array.of(0x0a, 2, 0x68, 0x69), 0, 4) as StringValue;
 * console.log(read.value); // prints: hi
 */
export function protobufCodec(desc: DescMessage): MessageCodec {
  const hasFields = desc.fields.length > 0;
  const createEmpty = emptyMessages(desc);
  return {
    typeName: desc.typeName,
    serializerId: 0,
    encode: (message, into) => {
      if (hasFields || message.$unknown !== undefined) into.raw(toBinary(desc, message));
    },
    decode: (bytes, start, end) =>
      start === end ? createEmpty() : fromBinary(desc, bytes.subarray(start, end)),
  };
}

/** Makes what protobuf-es's `create` does; of a type without fields in a quarter of the time. */
function emptyMessages(desc: DescMessage): () => ProtobufMessage {
  // As a property's name it is the very text that a program has in its source, and so is quickly found to be equal to it.
  const $typeName = Object.keys({ [desc.typeName]: true })[0]!;
  const isBare = desc.fields.length === 0 && Object.getPrototypeOf(create(desc)) === Object.prototype;
  return isBare ? () => ({ $typeName }) : () => create(desc);
}

/** Protobuf's JSON mapping, for peers that may not know the type. The registry finds what an Any holds. */
export function jsonCodec(desc: DescMessage, registry: Registry): MessageCodec {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return {
    typeName: desc.typeName,
    serializerId: 1,
    encode: (message, into) => into.raw(encoder.encode(JSON.stringify(toJson(desc, message, { registry })))),
    decode: (bytes, start, end) =>
      fromJson(desc, JSON.parse(decoder.decode(bytes.subarray(start, end))), {
        registry,
        ignoreUnknownFields: true,
      }),
  };
}
