import type { DescEnum, DescMessage } from "@bufbuild/protobuf";

/** Names that a type cannot have, or that cannot follow `typeof` or `<`; protoc-gen-es prints a message as one. */
const refusedTypes: ReadonlySet<string> = new Set([
  "any",
  "as",
  "await",
  "infer",
  "intrinsic",
  "keyof",
  "never",
  "readonly",
  "symbol",
  "undefined",
  "unique",
  "unknown",
]);

/** Whether TypeScript can have a type of that name. */
export function isTypeName(type: DescMessage | DescEnum): boolean {
  if (!type.parent && refusedTypes.has(type.name)) return false;
  return isIdentifier(type.name) && (!type.parent || isTypeName(type.parent));
}

/** protobuf-es lets names begin with a digit, as protoc does in descriptors; their grammar does not. */
export function isIdentifier(name: string): boolean {
  return /^[a-z_]\w*$/i.test(name);
}
