import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { getComments } from "@bufbuild/protoplugin";

/** Where a service or rpc is declared, as `file:line:column`; the file alone if the compiler sent no positions. */
export function sourcePosition(declared: DescService | DescMethod): string {
  const { proto } = declared.kind === "rpc" ? declared.parent.file : declared.file;
  const { sourcePath } = getComments(declared);
  const location = proto.sourceCodeInfo?.location.find(
    ({ path }) =>
      path.length === sourcePath.length && path.every((step, depth) => step === sourcePath[depth]),
  );
  if (!location) return proto.name;
  const [line = 0, column = 0] = location.span;
  return `${proto.name}:${line + 1}:${column + 1}`;
}
