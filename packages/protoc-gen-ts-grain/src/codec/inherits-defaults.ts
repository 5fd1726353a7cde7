import type { DescMessage } from "@bufbuild/protobuf";
import { Edition, FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";

/**
 * Whether protobuf-es makes a message's objects with a prototype that holds its defaults: where a field has presence, an
 * object of its own does not tell whether it is set.
 */
export function inheritsDefaults({ file, fields }: DescMessage): boolean {
  if (file.edition === Edition.EDITION_PROTO3) return false;
  if (file.edition === Edition.EDITION_PROTO2) return true;
  return fields.some(
    ({ presence, fieldKind, oneof }) =>
      presence !== FeatureSet_FieldPresence.IMPLICIT && fieldKind !== "message" && !oneof,
  );
}
