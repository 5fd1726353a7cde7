import {
  create,
  type DescEnum,
  type DescMessage,
  type EnumShape,
  type Message,
  type MessageShape,
  mergeFromBinary,
} from "@bufbuild/protobuf";
import type { MessageReader } from "@ts-grain/remote";

// What straight code calls where a single expression would not do what protobuf-es does. Throwing means that the message is left to it.

/** Messages may nest as deep as protobuf-es allows, the outermost included. */
const maxDepth = 100;

/**
 * Whether there is anything but an empty array.
 *
 * @example
 * import { hasBytes } from "@ts-grain/cluster/codegenv1";
 *
 * console.log(hasBytes(Uint8Array.of(7))); // prints: true
 */
export function hasBytes(bytes: Uint8Array): boolean {
  return !(bytes instanceof Uint8Array) || bytes.byteLength > 0;
}

/**
 * The items of a list. @throws TypeError if it is no array: protobuf-es goes by indices, which other things do not have.
 *
 * @example
 * import { itemsOf } from "@ts-grain/cluster/codegenv1";
 *
 * console.log(itemsOf(["a", "b"]).length); // prints: 2
 */
export function itemsOf<Item>(list: readonly Item[]): readonly Item[] {
  if (!Array.isArray(list)) throw unfit("a list is no array");
  return list;
}

/**
 * Whether a float has to be written: -0 has.
 *
 * @example
 * import { isNotZero } from "@ts-grain/cluster/codegenv1";
 *
 * console.log(isNotZero(0), isNotZero(-0)); // prints: false true
 */
export function isNotZero(value: number): boolean {
  return !Object.is(value, 0);
}

/**
 * @throws TypeError if the message is of another type.
 *
 * @example
 * import { create } from "@bufbuild/protobuf";
 * import { EmptySchema } from "@bufbuild/protobuf/wkt";
 * import { assertType } from "@ts-grain/cluster/codegenv1";
 *
 * assertType(create(EmptySchema), "google.protobuf.Empty");
 */
export function assertType(message: Message, typeName: string): void {
  if (message.$typeName !== typeName) throw unfit(`a ${message.$typeName} is no ${typeName}`);
}

/**
 * Whether a field has a value of its own: defaults are inherited.
 *
 * @example
 * import { isSet } from "@ts-grain/cluster/codegenv1";
 *
 * // As in a message of proto2: the default is inherited.
 * const message: { brightness?: number } = Object.create({ brightness: 1 });
 * console.log(isSet(message, "brightness")); // prints: false
 */
export function isSet<T extends object>(message: T, field: keyof T & string): boolean {
  return message[field] !== undefined && Object.hasOwn(message, field);
}

/**
 * @throws TypeError if a required field has no value.
 *
 * @example
 * import { assertSet } from "@ts-grain/cluster/codegenv1";
 *
 * function nameOf(message: { name?: string }): string {
 *   assertSet(message, "name");
 *   return message.name;
 * }
 * console.log(nameOf({ name: "kitchen" })); // prints: kitchen
 */
export function assertSet<T extends object, Field extends keyof T & string>(
  message: T,
  field: Field,
): asserts message is T & { readonly [F in Field]: NonNullable<T[F]> } {
  if (!isSet(message, field)) throw unfit(`the required field ${field} is not set`);
}

/**
 * The number behind the text of a 64 bit field with `jstype = JS_STRING`. @throws Error if it is written in another way.
 *
 * @example
 * import { fromText, toText } from "@ts-grain/cluster/codegenv1";
 *
 * console.log(toText(fromText("12"))); // prints: 12
 */
export function fromText(text: string): bigint {
  const number = BigInt(text);
  if (String(number) !== text) throw unfit(`${text} is not how a number is written`);
  return number;
}

/**
 * The text of a 64 bit field with `jstype = JS_STRING`.
 *
 * @example
 * import { toText } from "@ts-grain/cluster/codegenv1";
 *
 * console.log(toText(12n)); // prints: 12
 */
export function toText(value: bigint): string {
  return String(value);
}

/**
 * A map's key that stands for a bool. @throws TypeError if it does not.
 *
 * @example
 * import { booleanKey } from "@ts-grain/cluster/codegenv1";
 *
 * console.log(booleanKey("true")); // prints: true
 */
export function booleanKey(key: string): boolean {
  if (key !== "true" && key !== "false") throw unfit(`${key} is no bool`);
  return key === "true";
}

/**
 * A map's key that stands for a number of up to 32 bits. @throws TypeError if that is written in another way.
 *
 * @example
 * import { numberKey } from "@ts-grain/cluster/codegenv1";
 *
 * console.log(numberKey("-7")); // prints: -7
 */
export function numberKey(key: string): number {
  const number = Number.parseInt(key, 10);
  if (String(number) !== key) throw unfit(`${key} is not how a number is written`);
  return number;
}

/**
 * A map's key that stands for a 64 bit number. @throws SyntaxError if it does not.
 *
 * @example
 * import { bigintKey } from "@ts-grain/cluster/codegenv1";
 *
 * console.log(String(bigintKey("12"))); // prints: 12
 */
export function bigintKey(key: string): bigint {
  return BigInt(key);
}

/**
 * The entries of a map, whatever its keys stand for.
 *
 * @example
 * import { entriesOf } from "@ts-grain/cluster/codegenv1";
 *
 * for (const [room, lights] of entriesOf({ hall: 2 })) console.log(room, lights); // prints: hall 2
 */
export function entriesOf<Value>(map: Readonly<Record<string | number, Value>>): [string, Value][] {
  return Object.entries(map);
}

/**
 * Puts an entry into a map, `__proto__` as any other.
 *
 * @example
 * import { setEntry } from "@ts-grain/cluster/codegenv1";
 *
 * const lights: Record<string, number> = {};
 * setEntry(lights, "hall", 2);
 * console.log(lights["hall"]); // prints: 2
 */
export function setEntry<Value>(
  map: Record<string | number, Value>,
  key: string | number | bigint | boolean,
  value: Value,
): void {
  if (key === "__proto__")
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  else map[key as string] = value;
}

/**
 * A value of a closed enum. @throws TypeError for any other, which protobuf-es keeps as an unknown field.
 *
 * @example
 * import { NullValue, NullValueSchema } from "@bufbuild/protobuf/wkt";
 * import { knownEnum } from "@ts-grain/cluster/codegenv1";
 *
 * console.log(knownEnum(0, NullValueSchema) === NullValue.NULL_VALUE); // prints: true
 */
export function knownEnum<Desc extends DescEnum>(value: number, schema: Desc): EnumShape<Desc> {
  if (schema.value[value] === undefined) throw unfit(`${value} is no ${schema.typeName}`);
  return value as EnumShape<Desc>;
}

/**
 * Reads a field whose type has no straight code, into the message that is there already, if there is one.
 *
 * @example
 * import { StringValueSchema } from "@bufbuild/protobuf/wkt";
 * import { MessageReader, readMessage } from "@ts-grain/cluster/codegenv1";
 *
 * // A message of four bytes, with its length before it.
 * const reader = new MessageReader(Uint8Array.of(4, 0x0a, 2, 0x68, 0x69));
 * console.log(readMessage(reader, StringValueSchema).value); // prints: hi
 */
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

/** Nobody but `messageCodec` sees it. */
function unfit(what: string): TypeError {
  return new TypeError(what);
}
