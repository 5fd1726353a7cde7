import {
  create,
  type DescEnum,
  type DescMessage,
  type EnumShape,
  fromBinary,
  type Message,
  type MessageShape,
  mergeFromBinary,
  protoInt64,
  toBinary,
} from "@bufbuild/protobuf";
import { type ByteWriter, type MessageCodec, MessageReader, protobufCodec } from "@ts-grain/remote";

/** Messages may nest as deep as protobuf-es allows, the outermost included. */
const maxDepth = 100;

/** What messages without bytes in a field hold there. */
export const noBytes: Uint8Array<ArrayBuffer> = /*@__PURE__*/ new Uint8Array(0);

/** The functions that generated code has for a type. */
interface StraightCode<Desc extends DescMessage> {
  /** Appends the fields. Throws for whatever is not as TypeScript has it. */
  readonly write: (message: MessageShape<Desc>, into: ByteWriter) => void;
  /** Reads fields up to an offset. Throws for whatever protobuf-es might refuse, or keep in another way. */
  readonly read: (reader: MessageReader, end: number) => MessageShape<Desc>;
}

/**
 * A codec of straight code, called by generated code. What the code stumbles over, be it a field of a wrong type or bytes
 * that are no message, is left to protobuf-es, which makes something of it or says what is wrong.
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
  };
}

/** Whether there is anything but an empty array. */
export function hasBytes(bytes: Uint8Array): boolean {
  return !(bytes instanceof Uint8Array) || bytes.byteLength > 0;
}

/** The items of a list. @throws TypeError if it is no array: protobuf-es goes by indices, which other things do not have. */
export function itemsOf<Item>(list: readonly Item[]): readonly Item[] {
  if (!Array.isArray(list)) throw unfit("a list is no array");
  return list;
}

/** Whether a float has to be written: -0 has. */
export function isNotZero(value: number): boolean {
  return !Object.is(value, 0);
}

/** @throws TypeError if the message is of another type. */
export function assertType(message: Message, typeName: string): void {
  if (message.$typeName !== typeName) throw unfit(`a ${message.$typeName} is no ${typeName}`);
}

/** Whether a field has a value of its own: defaults are inherited. */
export function isSet<T extends object>(message: T, field: keyof T & string): boolean {
  return message[field] !== undefined && Object.hasOwn(message, field);
}

/** @throws TypeError if a required field has no value. */
export function assertSet<T extends object, Field extends keyof T & string>(
  message: T,
  field: Field,
): asserts message is T & { readonly [F in Field]: NonNullable<T[F]> } {
  if (!isSet(message, field)) throw unfit(`the required field ${field} is not set`);
}

/** The number behind the text of a 64 bit field with `jstype = JS_STRING`. @throws Error if it is written in another way. */
export function fromText(text: string): bigint {
  const number = BigInt(text);
  if (String(number) !== text) throw unfit(`${text} is not how a number is written`);
  return number;
}

/** The text of a 64 bit field with `jstype = JS_STRING`. */
export function toText(value: bigint): string {
  return String(value);
}

/** A map's key that stands for a bool. @throws TypeError if it does not. */
export function booleanKey(key: string): boolean {
  if (key !== "true" && key !== "false") throw unfit(`${key} is no bool`);
  return key === "true";
}

/** A map's key that stands for a number of up to 32 bits. @throws TypeError if that is written in another way. */
export function numberKey(key: string): number {
  const number = Number.parseInt(key, 10);
  if (String(number) !== key) throw unfit(`${key} is not how a number is written`);
  return number;
}

/** A map's key that stands for a 64 bit number. @throws SyntaxError if it does not. */
export function bigintKey(key: string): bigint {
  return BigInt(key);
}

/** The entries of a map, whatever its keys stand for. */
export function entriesOf<Value>(map: Readonly<Record<string | number, Value>>): [string, Value][] {
  return Object.entries(map);
}

/** Puts an entry into a map, `__proto__` as any other. */
export function setEntry<Value>(
  map: Record<string | number, Value>,
  key: string | number | bigint | boolean,
  value: Value,
): void {
  if (key === "__proto__")
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  else map[key as string] = value;
}

/** A value of a closed enum. @throws TypeError for any other, which protobuf-es keeps as an unknown field. */
export function knownEnum<Desc extends DescEnum>(value: number, schema: Desc): EnumShape<Desc> {
  if (schema.value[value] === undefined) throw unfit(`${value} is no ${schema.typeName}`);
  return value as EnumShape<Desc>;
}

/** Reads a field whose type has no straight code, into the message that is there already, if there is one. */
export function readMessage<Desc extends DescMessage>(
  reader: MessageReader,
  schema: Desc,
  known: MessageShape<Desc> = create(schema),
): MessageShape<Desc> {
  const end = reader.beginMessage();
  const recursionLimit = maxDepth + 1 - reader.depth;
  mergeFromBinary(schema, known, reader.bytes.subarray(reader.pos, end), { recursionLimit });
  reader.pos = end;
  reader.endMessage();
  return known;
}

/** Nobody but {@link messageCodec} sees it. */
function unfit(what: string): TypeError {
  return new TypeError(what);
}
