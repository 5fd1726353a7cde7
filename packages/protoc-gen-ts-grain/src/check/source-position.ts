import type { DescEnumValue, DescMethod, DescService } from "@bufbuild/protobuf";
import { getComments } from "@bufbuild/protoplugin";

/** What can be declared in a file and be wrong. */
export type Declared = DescService | DescMethod | DescEnumValue;

/** Field number of the options in the descriptors of services and rpcs. */
const optionsField = { service: 3, rpc: 4 } as const;

/** Where something is declared, as `file:line:column`; the file alone if the compiler sent no positions. */
export function sourcePosition(declared: Declared): string {
  return positionOf(declared, getComments(declared).sourcePath) ?? fileOf(declared).name;
}

/**
 * Where an option is set: the field of an option's message, or the whole of it where it was written as one. Where its
 * service or rpc is declared, if the compiler did not say.
 */
export function optionPosition(
  declared: DescService | DescMethod,
  option: readonly [number, number],
): string {
  const path = [...getComments(declared).sourcePath, optionsField[declared.kind], ...option];
  return positionOf(declared, path) ?? positionOf(declared, path.slice(0, -1)) ?? sourcePosition(declared);
}

function positionOf(declared: Declared, sourcePath: readonly number[]): string | undefined {
  const proto = fileOf(declared);
  const location = proto.sourceCodeInfo?.location.find(
    ({ path }) =>
      path.length === sourcePath.length && path.every((step, depth) => step === sourcePath[depth]),
  );
  if (!location) return undefined;
  const [line = 0, column = 0] = location.span;
  return `${proto.name}:${line + 1}:${column + 1}`;
}

function fileOf(declared: Declared): DescService["file"]["proto"] {
  if (declared.kind === "service") return declared.file.proto;
  return declared.parent.file.proto;
}
