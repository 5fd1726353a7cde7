/**
 * An encoded message inside another one, with what it takes to read it.
 *
 * @example
 * import { create } from "@bufbuild/protobuf";
 * import { StringValueSchema } from "@bufbuild/protobuf/wkt";
 * import type { PackedMessage, TypeRegistry } from "@ts-grain/remote";
 *
 * function sizeOf(types: TypeRegistry, value: string): number {
 *   const packed: PackedMessage = types.pack(create(StringValueSchema, { value }));
 *   return packed.bytes.length;
 * }
 */
export interface PackedMessage {
  readonly typeName: string;
  /** As the wire numbers it: 0 protobuf, 1 JSON. */
  readonly serializerId: number;
  readonly bytes: Uint8Array;
}
