import { clone, type DescFile } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/**
 * The file with comments above `syntax` and `package` that no tool takes for a directive.
 *
 * protoplugin prints these as `//` lines, where `@ts-nocheck`, `<reference …>` or `# sourceMappingURL=…` mean something.
 * A backslash before the first character ends that. The comments of services and rpcs need no such care: they are
 * printed inside JSDoc blocks, which end with a line of our own.
 */
export function withInertPreamble(file: DescFile): DescFile {
  const proto = clone(FileDescriptorProtoSchema, file.proto);
  for (const location of proto.sourceCodeInfo?.location ?? []) {
    if (location.path.length !== 1) continue;
    if (location.leadingComments) location.leadingComments = inert(location.leadingComments);
    location.leadingDetachedComments = location.leadingDetachedComments.map(inert);
  }
  return { ...file, proto };
}

function inert(comment: string): string {
  return comment.replace(/^([\s/]*)([@<#])/gm, "$1\\$2");
}
