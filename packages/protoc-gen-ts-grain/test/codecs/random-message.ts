import {
  create,
  type DescEnum,
  type DescField,
  type DescMessage,
  type JsonObject,
  type Message,
  ScalarType,
} from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import type { Choices } from "./choices.ts";

const bits32 = (g: Choices) => g.oneOf(0, 1, 2 ** 31, 2 ** 32 - 1, g.bits(), g.bits());
const int32 = (g: Choices) => bits32(g) | 0;
const bits64 = (g: Choices) => (BigInt(bits32(g)) << 32n) | BigInt(bits32(g));
const uint64 = (g: Choices) => g.oneOf(bits64(g), BigInt(bits32(g)), 0n);
const int64 = (g: Choices) => BigInt.asIntN(64, uint64(g));
const float = (g: Choices) => g.oneOf(0, -0, 1.1, Number.NaN, Number.NEGATIVE_INFINITY, 1e-40, g.bits() / 3);
const double = (g: Choices) => g.oneOf(float(g), 1e300, Number.MIN_VALUE, g.bits() * 1.1e-9);
const texts = [
  "",
  "\0",
  "plain",
  "äöü",
  "\uFFFD",
  "\uFEFFx",
  "\uD800",
  "😀",
  "a longer one, of ASCII",
  "€".repeat(50),
];
const text = (g: Choices) => g.oneOf(...texts, "x".repeat(g.nat(200)));

const scalars: Readonly<Record<ScalarType, (g: Choices) => unknown>> = {
  [ScalarType.DOUBLE]: double,
  [ScalarType.FLOAT]: float,
  [ScalarType.INT64]: int64,
  [ScalarType.UINT64]: uint64,
  [ScalarType.INT32]: int32,
  [ScalarType.FIXED64]: uint64,
  [ScalarType.FIXED32]: bits32,
  [ScalarType.BOOL]: (g) => g.isTrue(),
  [ScalarType.STRING]: text,
  [ScalarType.BYTES]: (g) => g.bytes(g.oneOf(0, 10, 300)),
  [ScalarType.UINT32]: bits32,
  [ScalarType.SFIXED32]: int32,
  [ScalarType.SFIXED64]: int64,
  [ScalarType.SINT32]: int32,
  [ScalarType.SINT64]: int64,
};

/** Of numbers that no field may have. */
const unknownFields = [
  { no: 19_050, wireType: 0, data: Uint8Array.of(0x96, 1) },
  { no: 19_050, wireType: 2, data: Uint8Array.of(2, 1, 2) },
  { no: 19_051, wireType: 3, data: Uint8Array.of(0x08, 1, 0xdc, 0xa6, 0x09) },
  { no: 19_052, wireType: 5, data: Uint8Array.of(1, 2, 3, 4) },
];

/** A message of a type as TypeScript allows it. */
export function randomMessage(g: Choices, desc: DescMessage, depth = 0): Message {
  const message: Message & Record<string, unknown> = create(desc) as never;
  for (const member of desc.members) {
    if (member.kind === "oneof") {
      const field = g.oneOf(undefined, ...member.fields);
      const value = field && randomValue(g, field, depth);
      if (field && value !== undefined) message[member.localName] = { case: field.localName, value };
    } else if (isNeeded(member) || g.isTrue()) {
      const value = randomValue(g, member, depth);
      if (value !== undefined) message[member.localName] = value;
    }
  }
  const unknown = g.some(unknownFields, { max: g.oneOf(0, 0, 3) });
  if (unknown.length > 0) message.$unknown = unknown;
  return message;
}

function isNeeded({ presence }: DescField): boolean {
  return presence === 3;
}

/** Deep down there are no messages. */
function randomValue(g: Choices, field: DescField, depth: number): unknown {
  if (field.message && depth > 3) return undefined;
  if (field.fieldKind === "list") return Array.from({ length: g.nat(3) }, () => one(g, field, depth));
  if (field.fieldKind !== "map") return one(g, field, depth);
  const entries = Array.from({ length: g.nat(3) }, (): [string, unknown] => [
    String(field.mapKey === ScalarType.STRING && g.isTrue() ? "__proto__" : scalars[field.mapKey](g)),
    one(g, field, depth),
  ]);
  return Object.fromEntries(entries);
}

function one(g: Choices, field: DescField, depth: number): unknown {
  if (field.enum) return randomEnum(g, field.enum);
  if (field.message) return nested(g, field, depth);
  const value = scalars[field.scalar as ScalarType](g);
  return "longAsString" in field && field.longAsString ? String(value) : value;
}

function randomEnum(g: Choices, { values, open }: DescEnum): number {
  const number = g.oneOf(...values).number;
  return open ? g.oneOf(number, int32(g)) : number;
}

function nested(g: Choices, field: DescField, depth: number): unknown {
  const message = field.message!;
  if (field.fieldKind === "message" && !field.oneof && isWrapperDesc(message))
    return scalars[message.fields[0]?.scalar as ScalarType](g);
  if (message.typeName === "google.protobuf.Struct" && field.parent.typeName !== "google.protobuf.Value")
    return { a: [1, "x", null], b: { c: true } } satisfies JsonObject;
  return randomMessage(g, message, depth + 1);
}
