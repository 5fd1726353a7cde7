import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import type { Printable } from "@bufbuild/protoplugin";
import type { PlannedMessage } from "../../codec/codec-plan.ts";
import { inheritsDefaults } from "../../codec/inherits-defaults.ts";
import { code } from "../code.ts";
import { type CodecOutput, indented, type Lines } from "./codec-output.ts";
import { scalar } from "./scalars.ts";

/** The function that makes an empty message, with the properties that `create` gives it, in the same order. */
export function newFunction(f: CodecOutput, { desc, base }: PlannedMessage): Lines {
  const name = f.own(`new${base}`);
  const made = inheritsDefaults(desc)
    ? [code`return ${f.es("create")}(${f.schema(desc)});`]
    : returned([`$typeName: ${JSON.stringify(desc.typeName)}`, ...properties(f, desc)]);
  return [code`function ${name}(): ${f.shape(desc)} {`, ...indented(made), "}"];
}

function returned(fields: Lines): Lines {
  const [only = "", ...more] = fields;
  if (more.length === 0) return [["return { ", only, " };"]];
  return ["return {", ...indented(fields.map((field) => [field, ","])), "};"];
}

function properties(f: CodecOutput, { members }: DescMessage): Lines {
  return members.flatMap((member) => {
    const value = member.kind === "oneof" ? "{ case: undefined }" : firstValue(f, member);
    return value === undefined ? [] : [code`${member.localName}: ${value}`];
  });
}

/** What a field holds in an empty message; undefined if the property is missing there. */
function firstValue(f: CodecOutput, field: DescField): Printable | undefined {
  if (field.fieldKind === "list") return "[]";
  if (field.fieldKind === "map") return "{}";
  if (field.presence !== FeatureSet_FieldPresence.IMPLICIT) return undefined;
  if (field.fieldKind === "enum") return String(field.enum.values[0]?.number);
  if (field.scalar === undefined) return undefined;
  if (field.scalar === ScalarType.BYTES) return f.call("noBytes");
  return field.longAsString ? '"0"' : scalar(field.scalar).zero;
}
