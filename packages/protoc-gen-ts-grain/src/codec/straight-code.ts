import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import { isIdentifier, isTypeName } from "../type-names.ts";

/** Why a message is left to protobuf-es; undefined if straight code can write and read it. */
export function whyLeft(message: DescMessage): string | undefined {
  if (!isTypeName(message)) return "TypeScript has no such name";
  for (const field of message.fields) {
    const reason = whyFieldIsLeft(field);
    if (reason !== undefined) return `${field.name} ${reason}`;
  }
  return undefined;
}

function whyFieldIsLeft(field: DescField): string | undefined {
  const property = field.oneof?.localName ?? field.localName;
  if (!isIdentifier(property.replaceAll("$", "_"))) return "is no name of a property";
  if (field.enum && !isTypeName(field.enum)) return "is an enum of a name that TypeScript does not have";
  // Where it is not set, there is what every object inherits.
  if (mayBeMissing(field) && property in Object.prototype) return "has the name of a member of every object";
  if (!field.message) return undefined;
  if ("delimitedEncoding" in field && field.delimitedEncoding) return "is delimited as a group is";
  if (isJson(field)) return "is JSON in memory, a google.protobuf.Struct";
  return undefined;
}

function mayBeMissing({ presence, oneof }: DescField): boolean {
  return presence !== FeatureSet_FieldPresence.IMPLICIT && !oneof;
}

function isJson({ message, parent }: DescField): boolean {
  return message?.typeName === "google.protobuf.Struct" && parent.typeName !== "google.protobuf.Value";
}
