import { type DescField, type DescMessage, type DescOneof, ScalarType } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import type { Printable } from "@bufbuild/protoplugin";
import type { PlannedMessage } from "../../codec/codec-plan.ts";
import { inheritsDefaults } from "../../codec/inherits-defaults.ts";
import { code } from "../code.ts";
import { type CodecOutput, guarded, indented, type Lines } from "./codec-output.ts";
import { byNumber, lengthTag, scalar, tagOf } from "./scalars.ts";
import { isText, writeValue } from "./write-value.ts";

/** The function that appends a message's fields, in the order of their numbers as protobuf-es does. */
export function writeFunction(f: CodecOutput, { desc, base }: PlannedMessage): Lines {
  const parameters = code`message: ${f.shape(desc)}, into: ${f.runtimeType("ByteWriter")}`;
  const typeName = JSON.stringify(desc.typeName);
  return [
    code`function ${f.own(`write${base}`)}(${parameters}): void {`,
    ...indented([
      // Of a type without fields protobuf-es takes any message.
      ...(desc.fields.length === 0 ? [] : [code`${f.call("assertType")}(message, ${typeName});`]),
      ...runsOf(desc).flatMap((run) => writeRun(f, run)),
      "if (message.$unknown !== undefined) into.unknown(message.$unknown);",
    ]),
    "}",
  ];
}

/** Fields that follow one another: of one oneof, or one alone. */
interface Run {
  readonly oneof: DescOneof | undefined;
  readonly fields: DescField[];
}

function runsOf({ fields }: DescMessage): readonly Run[] {
  const runs: Run[] = [];
  for (const field of byNumber(fields)) {
    const last = runs.at(-1);
    if (field.oneof && last?.oneof === field.oneof) last.fields.push(field);
    else runs.push({ oneof: field.oneof, fields: [field] });
  }
  return runs;
}

function writeRun(f: CodecOutput, { oneof, fields }: Run): Lines {
  const [field, ...more] = fields;
  if (!field) return [];
  if (!oneof) return writeField(f, field);
  const choice = `message.${oneof.localName}`;
  const value = `${choice}.value`;
  if (more.length === 0) {
    const head = `if (${choice}.case === ${JSON.stringify(field.localName)})`;
    return guarded(head, writeValue(f, field, value));
  }
  return [
    `switch (${choice}.case) {`,
    ...indented(fields.flatMap((each) => writeCase(each.localName, writeValue(f, each, value)))),
    "}",
  ];
}

function writeCase(name: string, lines: Lines): Lines {
  const isBlock = lines.length > 1;
  return [
    `case ${JSON.stringify(name)}:${isBlock ? " {" : ""}`,
    ...indented([...lines, "break;"]),
    ...(isBlock ? ["}"] : []),
  ];
}

function writeField(f: CodecOutput, field: DescField): Lines {
  const value = `message.${field.localName}`;
  if (field.fieldKind === "list") return writeList(f, field, value);
  if (field.fieldKind === "map") return writeMap(f, field, value);
  if (field.presence === FeatureSet_FieldPresence.LEGACY_REQUIRED) return writeRequired(f, field, value);
  return guarded(code`if (${isPresent(f, field, value)})`, writeValue(f, field, value));
}

function writeRequired(f: CodecOutput, field: DescField, value: string): Lines {
  const assertion = code`${f.call("assertSet")}(message, ${JSON.stringify(field.localName)});`;
  const lines = writeValue(f, field, value);
  return [assertion, ...(lines.length > 1 ? ["{", ...indented(lines), "}"] : lines)];
}

/** The condition under which protobuf-es writes a field, for all values that TypeScript allows. */
function isPresent(f: CodecOutput, field: DescField, value: string): Printable {
  if (field.presence === FeatureSet_FieldPresence.IMPLICIT) return isNotZero(f, field, value);
  const isInherited = field.fieldKind !== "message" && inheritsDefaults(field.parent);
  return isInherited
    ? code`${f.call("isSet")}(message, ${JSON.stringify(field.localName)})`
    : `${value} !== undefined`;
}

function isNotZero(f: CodecOutput, field: DescField, value: string): Printable {
  if (field.fieldKind === "enum") return `${value} !== ${field.enum.values[0]?.number}`;
  if (field.scalar === undefined) return `${value} !== undefined`;
  if (field.scalar === ScalarType.BYTES) return code`${f.call("hasBytes")}(${value})`;
  if (isText(field)) return `${value} !== "0"`;
  const { zero, isFloat } = scalar(field.scalar);
  // -0 is written.
  return isFloat ? code`${f.call("isNotZero")}(${value})` : `${value} !== ${zero}`;
}

function writeList(f: CodecOutput, field: DescField & { fieldKind: "list" }, list: string): Lines {
  const items = code`${f.call("itemsOf")}(${list})`;
  if (!field.packed) return guarded(code`for (const item of ${items})`, writeValue(f, field, "item"));
  const method = field.scalar === undefined ? "int32" : scalar(field.scalar).method;
  const item = isText(field) ? code`${f.call("fromText")}(item)` : "item";
  return guarded(`if (${list}.length !== 0)`, [
    `const start = into.tag(${lengthTag(field.number)}).beginLength();`,
    code`for (const item of ${items}) into.${method}(${item});`,
    "into.endLength(start);",
  ]);
}

function writeMap(f: CodecOutput, field: DescField & { fieldKind: "map" }, map: string): Lines {
  const { method, wireType } = scalar(field.mapKey);
  return guarded(code`for (const [key, value] of ${f.call("entriesOf")}(${map}))`, [
    `const entry = into.tag(${lengthTag(field.number)}).beginLength();`,
    code`into.tag(${tagOf(1, wireType)}).${method}(${mapKey(f, field.mapKey)});`,
    ...writeValue(f, field, "value"),
    "into.endLength(entry);",
  ]);
}

/** Keys of objects are strings, whatever they stand for. */
function mapKey(f: CodecOutput, type: ScalarType): Printable {
  if (type === ScalarType.STRING) return "key";
  if (type === ScalarType.BOOL) return code`${f.call("booleanKey")}(key)`;
  return code`${f.call(scalar(type).zero === "0n" ? "bigintKey" : "numberKey")}(key)`;
}
