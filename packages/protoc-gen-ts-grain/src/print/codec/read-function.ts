import { type DescField, type DescMessage, type DescOneof, ScalarType } from "@bufbuild/protobuf";
import type { PlannedMessage } from "../../codec/codec-plan.ts";
import { code } from "../code.ts";
import { type CodecOutput, indented, type Lines, signature } from "./codec-output.ts";
import { entryName } from "./entry-function.ts";
import { readMessage, readScalar } from "./read-value.ts";
import { byNumber } from "./scalars.ts";
import { isUnwrapped, wrapped } from "./write-value.ts";

/** The function that reads a message's fields up to an offset, into the message that is there already if there is one. */
export function readFunction(f: CodecOutput, { desc, base }: PlannedMessage): Lines {
  const shape = f.shape(desc);
  const parameters = [
    code`reader: ${f.runtimeType("MessageReader")}`,
    "end: number",
    code`message: ${shape} = ${f.own(`new${base}`)}()`,
  ];
  return [
    ...signature(code`function ${f.own(`read${base}`)}`, parameters, code`: ${shape} {`),
    ...indented([...readFields(f, desc), "reader.endMessage();", "return message;"]),
    "}",
  ];
}

function readFields(f: CodecOutput, { fields }: DescMessage): Lines {
  if (fields.length === 0) return ["while (reader.pos < end) reader.unknown(reader.tag(), message);"];
  return [
    "while (reader.pos < end) {",
    "  const tag = reader.tag();",
    // By number alone: protobuf-es takes any wire type.
    "  switch (tag >>> 3) {",
    ...indented(indented(byNumber(fields).flatMap((field) => readCase(f, field)))),
    "    default:",
    "      reader.unknown(tag, message);",
    "  }",
    "}",
  ];
}

function readCase(f: CodecOutput, field: DescField): Lines {
  const lines = readField(f, field);
  const isBlock = lines.length > 1;
  return [
    `case ${field.number}:${isBlock ? " {" : ""}`,
    ...indented([...lines, "break;"]),
    ...(isBlock ? ["}"] : []),
  ];
}

function readField(f: CodecOutput, field: DescField): Lines {
  const property = `message.${field.localName}`;
  if (field.fieldKind === "list") return readList(f, field, property);
  if (field.fieldKind === "map") return [code`${f.own(`read${entryName(f, field)}`)}(reader, ${property});`];
  if (field.oneof) return readChoice(f, field, field.oneof);
  if (!field.message) return [code`${property} = ${readScalar(f, field)};`];
  if (isUnwrapped(field)) return readWrapped(f, field.message, property);
  return [code`${property} = ${readMessage(f, field.message, property)};`];
}

function readChoice(f: CodecOutput, field: DescField, oneof: DescOneof): Lines {
  const choice = `message.${oneof.localName}`;
  const name = JSON.stringify(field.localName);
  if (!field.message) return [code`${choice} = { case: ${name}, value: ${readScalar(f, field)} };`];
  return [
    `const known = ${choice}.case === ${name} ? ${choice}.value : undefined;`,
    code`${choice} = { case: ${name}, value: ${readMessage(f, field.message, "known")} };`,
  ];
}

function readWrapped(f: CodecOutput, message: DescMessage, property: string): Lines {
  return [
    code`const known: ${f.shape(message)} | undefined =`,
    `  ${property} === undefined ? undefined : ${wrapped(message, property)};`,
    code`${property} = ${readMessage(f, message, "known")}.value;`,
  ];
}

function readList(f: CodecOutput, field: DescField & { fieldKind: "list" }, list: string): Lines {
  if (field.listKind === "message") return [code`${list}.push(${readMessage(f, field.message, undefined)});`];
  const push = code`${list}.push(${readScalar(f, field)});`;
  // Strings and bytes begin with a length themselves.
  if (field.listKind === "scalar" && !isPackable(field)) return [push];
  return ["const last = reader.listEnd(tag);", code`while (reader.pos < last) ${push}`];
}

function isPackable({ scalar: type }: DescField): boolean {
  return type !== ScalarType.STRING && type !== ScalarType.BYTES;
}
