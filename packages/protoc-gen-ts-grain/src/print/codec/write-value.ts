import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import type { Printable } from "@bufbuild/protoplugin";
import { code } from "../code.ts";
import type { CodecOutput, Lines } from "./codec-output.ts";
import { lengthTag, scalar, tagOf } from "./scalars.ts";

/** In an entry of a map the value has this number. */
const mapValueNumber = 2;

/** The lines that write one value of a field, with its tag. */
export function writeValue(f: CodecOutput, field: DescField, value: string): Lines {
  const number = field.fieldKind === "map" ? mapValueNumber : field.number;
  if (field.message) return writeMessage(f, { field, message: field.message, number }, value);
  if (field.scalar === undefined) return [`into.tag(${tagOf(number, 0)}).int32(${value});`];
  const { method, wireType } = scalar(field.scalar);
  const written = isText(field) ? code`${f.call("fromText")}(${value})` : value;
  return [code`into.tag(${tagOf(number, wireType)}).${method}(${written});`];
}

/** Whether a 64 bit number is a string in memory; values of maps never are. */
export function isText(field: DescField): boolean {
  return "longAsString" in field && field.longAsString;
}

/** protobuf-es keeps only the value of a google.protobuf.StringValue and the like, where there is one by itself. */
export function isUnwrapped(field: DescField): boolean {
  return field.fieldKind === "message" && !field.oneof && isWrapperDesc(field.message);
}

interface MessageValue {
  readonly field: DescField;
  readonly message: DescMessage;
  readonly number: number;
}

function writeMessage(f: CodecOutput, { field, message, number }: MessageValue, value: string): Lines {
  const planned = f.plan.find(message);
  const tag = lengthTag(number);
  if (!planned) return [code`into.tag(${tag}).bytes(${f.es("toBinary")}(${f.schema(message)}, ${value}));`];
  const written: Printable = isUnwrapped(field) ? wrapped(message, value) : value;
  return [
    `const start = into.tag(${tag}).beginLength();`,
    code`${f.own(`write${planned.base}`)}(${written}, into);`,
    "into.endLength(start);",
  ];
}

/** The message around an unwrapped value. */
export function wrapped({ typeName }: DescMessage, value: string): string {
  return `{ $typeName: ${JSON.stringify(typeName)}, value: ${value} }`;
}
