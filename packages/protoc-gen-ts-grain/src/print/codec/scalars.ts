import { type DescField, ScalarType } from "@bufbuild/protobuf";

const varint = 0;
const bit64 = 1;
const lengthDelimited = 2;
const bit32 = 5;

/** How a scalar type is written and read. */
interface Scalar {
  /** The name of the methods of the runtime's writer and reader. */
  readonly method: string;
  readonly wireType: number;
  /** What a field without presence holds at first, as code. */
  readonly zero: string;
  readonly isFloat?: true;
}

const scalars: Readonly<Record<ScalarType, Scalar>> = {
  [ScalarType.DOUBLE]: { method: "double", wireType: bit64, zero: "0", isFloat: true },
  [ScalarType.FLOAT]: { method: "float", wireType: bit32, zero: "0", isFloat: true },
  [ScalarType.INT64]: { method: "int64", wireType: varint, zero: "0n" },
  [ScalarType.UINT64]: { method: "uint64", wireType: varint, zero: "0n" },
  [ScalarType.INT32]: { method: "int32", wireType: varint, zero: "0" },
  [ScalarType.FIXED64]: { method: "fixed64", wireType: bit64, zero: "0n" },
  [ScalarType.FIXED32]: { method: "fixed32", wireType: bit32, zero: "0" },
  [ScalarType.BOOL]: { method: "bool", wireType: varint, zero: "false" },
  [ScalarType.STRING]: { method: "string", wireType: lengthDelimited, zero: '""' },
  [ScalarType.BYTES]: { method: "bytes", wireType: lengthDelimited, zero: "noBytes" },
  [ScalarType.UINT32]: { method: "uint32", wireType: varint, zero: "0" },
  [ScalarType.SFIXED32]: { method: "sfixed32", wireType: bit32, zero: "0" },
  [ScalarType.SFIXED64]: { method: "sfixed64", wireType: bit64, zero: "0n" },
  [ScalarType.SINT32]: { method: "sint32", wireType: varint, zero: "0" },
  [ScalarType.SINT64]: { method: "sint64", wireType: varint, zero: "0n" },
};

export function scalar(type: ScalarType): Scalar {
  return scalars[type];
}

/** A tag as code: number and wire type of a field together. */
export function tagOf(number: number, wireType: number): string {
  const tag = ((number << 3) | wireType) >>> 0;
  return `0x${tag.toString(16).padStart(2, "0")}`;
}

/** The tag of a field whose value begins with its length. */
export function lengthTag(number: number): string {
  return tagOf(number, lengthDelimited);
}

/** Fields in the order in which protobuf-es writes them. */
export function byNumber(fields: readonly DescField[]): readonly DescField[] {
  return fields.toSorted((a, b) => a.number - b.number);
}
