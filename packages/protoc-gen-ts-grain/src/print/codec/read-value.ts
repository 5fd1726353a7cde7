import type { DescField, DescMessage, ScalarType } from "@bufbuild/protobuf";
import type { Printable } from "@bufbuild/protoplugin";
import { code } from "../code.ts";
import type { CodecOutput } from "./codec-output.ts";
import { scalar } from "./scalars.ts";
import { isText } from "./write-value.ts";

/** The expression that reads a value which is no message. */
export function readScalar(f: CodecOutput, field: DescField): Printable {
  if (field.enum) return readEnum(f, field);
  const read = readOf(field.scalar as ScalarType, field);
  return isText(field) ? code`${f.call("toText")}(${read})` : read;
}

/** The expression that reads a scalar type. */
export function readOf(type: ScalarType, { utf8Validation }: DescField): string {
  const { method } = scalar(type);
  if (method === "bytes") return "reader.view()";
  return method === "string" && !utf8Validation ? "reader.lossyString()" : `reader.${method}()`;
}

/** protobuf-es keeps unknown values of closed enums apart, but not in lists and maps. */
function readEnum(f: CodecOutput, field: DescField): Printable {
  const { enum: type, fieldKind } = field;
  if (!type) return "";
  if (fieldKind === "enum" && !type.open)
    return code`${f.call("knownEnum")}(reader.int32(), ${f.schema(type)})`;
  return code`reader.int32() as ${f.shape(type)}`;
}

/** The expression that reads a message into the one that is there already, `undefined` if there is none. */
export function readMessage(f: CodecOutput, message: DescMessage, known: string | undefined): Printable {
  const planned = f.plan.find(message);
  const last = known === undefined ? "" : `, ${known}`;
  return planned
    ? code`${f.own(`read${planned.base}`)}(reader, reader.beginMessage()${last})`
    : code`${f.call("readMessage")}(reader, ${f.schema(message)}${last})`;
}
