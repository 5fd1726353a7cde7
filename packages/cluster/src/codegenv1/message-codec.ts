import { type DescMessage, fromBinary, type MessageShape, protoInt64, toBinary } from "@bufbuild/protobuf";
import { type ByteWriter, type MessageCodec, MessageReader, protobufCodec } from "@ts-grain/remote";

/**
 * What messages without bytes in a field hold there.
 *
 * @example
 * import { hasBytes, noBytes } from "@ts-grain/cluster/codegenv1";
 *
 * console.log(hasBytes(noBytes)); // prints: false
 */
export const noBytes: Uint8Array<ArrayBuffer> = /*@__PURE__*/ new Uint8Array(0);

/**
 * The functions that generated code has for a type.
 *
 * @see {@link messageCodec}
 */
export interface StraightCode<Desc extends DescMessage> {
  /** Appends the fields. Throws for whatever is not as TypeScript has it. */
  readonly write: (message: MessageShape<Desc>, into: ByteWriter) => void;
  /** Reads fields up to an offset. Throws for whatever protobuf-es might refuse, or keep in another way. */
  readonly read: (reader: MessageReader, end: number) => MessageShape<Desc>;
}

/**
 * A codec of straight code, called by generated code. What the code stumbles over, be it a field of a wrong type or bytes
 * that are no message, is left to protobuf-es, which makes something of it or says what is wrong.
 *
 * @example
 * import { create } from "@bufbuild/protobuf";
 * import { StringValueSchema } from "@bufbuild/protobuf/wkt";
 * import { ByteWriter, messageCodec, type StraightCode } from "@ts-grain/cluster/codegenv1";
 *
 * // As generated code does for google.protobuf.StringValue.
 * const straight: StraightCode<typeof StringValueSchema> = {
 *   write(message, into) {
 *     if (message.value !== "") into.tag(0x0a).string(message.value);
 *   },
 *   read(reader, end) {
 *     const message = create(StringValueSchema);
 *     while (reader.pos < end) {
 *       const tag = reader.tag();
 *       if (tag >>> 3 === 1) message.value = reader.string();
 *       else reader.unknown(tag, message);
 *     }
 *     return message;
 *   },
 * };
 * const codec = messageCodec(StringValueSchema, straight);
 * const into = new ByteWriter();
 * codec.encode(create(StringValueSchema, { value: "hi" }), into);
 * console.log(into.view().join(" ")); // prints: 10 2 104 105
 */
export function messageCodec<Desc extends DescMessage>(
  schema: Desc,
  { write, read }: StraightCode<Desc>,
): MessageCodec {
  // protobuf-es has been told to have 64 bit numbers as text.
  if (!protoInt64.supported) return protobufCodec(schema);
  // Reading one message never begins another one of the type from outside, so that one reader does for all.
  const reader = new MessageReader(noBytes);
  return {
    typeName: schema.typeName,
    serializerId: 0,
    encode(message, into) {
      const before = into.length;
      try {
        write(message as MessageShape<Desc>, into);
      } catch {
        into.truncate(before);
        into.raw(toBinary(schema, message as MessageShape<Desc>));
      }
    },
    decode(bytes, start, end) {
      reader.restart(bytes, start, end);
      try {
        return read(reader, end);
      } catch {
        return fromBinary(schema, bytes.subarray(start, end));
      } finally {
        reader.restart(noBytes, 0, 0);
      }
    },
    read,
  };
}
