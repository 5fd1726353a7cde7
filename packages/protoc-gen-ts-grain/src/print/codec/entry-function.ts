import type { DescField } from "@bufbuild/protobuf";
import type { Printable } from "@bufbuild/protoplugin";
import { code } from "../code.ts";
import { type CodecOutput, indented, type Lines, signature } from "./codec-output.ts";
import { readMessage, readOf, readScalar } from "./read-value.ts";
import { scalar } from "./scalars.ts";

type MapField = DescField & { fieldKind: "map" };

/** What the name of a map's function ends with. */
export function entryName(f: CodecOutput, field: MapField): string {
  const { base = "" } = f.plan.find(field.parent) ?? {};
  return `${base}$${field.localName}`;
}

/** The function that reads one entry into a map. */
export function entryFunction(f: CodecOutput, field: MapField): Lines {
  const map = code`${f.shape(field.parent)}["${field.localName}"]`;
  const parameters = [code`reader: ${f.runtimeType("MessageReader")}`, code`map: ${map}`];
  return [
    ...signature(code`function ${f.own(`read${entryName(f, field)}`)}`, parameters, ": void {"),
    ...indented([
      "const end = reader.lengthEnd();",
      `let key = ${scalar(field.mapKey).zero};`,
      code`let value: ${map}[${isNumber(field) ? "number" : "string"}] | undefined;`,
      "while (reader.pos < end) {",
      "  const tag = reader.tag();",
      "  switch (tag >>> 3) {",
      "    case 1:",
      `      key = ${readOf(field.mapKey, field)};`,
      "      break;",
      "    case 2:",
      code`      value = ${readEntryValue(f, field)};`,
      "      break;",
      "    default:",
      "      reader.skipField(tag);",
      "  }",
      "}",
      code`${f.call("setEntry")}(map, key, value ?? ${missingValue(f, field)});`,
    ]),
    "}",
  ];
}

function readEntryValue(f: CodecOutput, field: MapField): Printable {
  return field.message ? readMessage(f, field.message, "value") : readScalar(f, field);
}

function missingValue(f: CodecOutput, field: MapField): Printable {
  if (field.mapKind === "enum") return String(field.enum.values[0]?.number);
  if (field.mapKind === "scalar")
    return scalar(field.scalar).method === "bytes" ? f.call("noBytes") : scalar(field.scalar).zero;
  const planned = f.plan.find(field.message);
  return planned
    ? code`${f.own(`new${planned.base}`)}()`
    : code`${f.es("create")}(${f.schema(field.message)})`;
}

/** Whether protobuf-es has numbers as keys of the map's type. */
function isNumber({ mapKey }: MapField): boolean {
  return scalar(mapKey).zero === "0";
}
