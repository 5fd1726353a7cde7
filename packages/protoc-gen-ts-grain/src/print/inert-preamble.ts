import type { DescFile } from "@bufbuild/protobuf";
import type { SourceCodeInfo_Location } from "@bufbuild/protobuf/wkt";

/**
 * The file with comments above `syntax` and `package` that no tool takes for a directive.
 *
 * protoplugin prints these as `//` lines, where `@ts-nocheck`, `<reference …>` or `# sourceMappingURL=…` mean something.
 * A backslash before the first character ends that. The comments of services and rpcs need no such care: they are
 * printed inside JSDoc blocks, which end with a line of our own.
 */
export function withInertPreamble(file: DescFile): DescFile {
  const { sourceCodeInfo } = file.proto;
  if (sourceCodeInfo === undefined) return file;
  // Where syntax and package stand: nothing else is looked up, and a file has a place for each of its fields.
  const location = sourceCodeInfo.location.filter(({ path }) => path.length === 1).map(withInertComments);
  return { ...file, proto: derived(file.proto, { sourceCodeInfo: derived(sourceCodeInfo, { location }) }) };
}

function withInertComments(location: SourceCodeInfo_Location): SourceCodeInfo_Location {
  const { leadingComments, leadingDetachedComments } = location;
  return derived(location, {
    // There must be none where there was none.
    ...(leadingComments && { leadingComments: inert(leadingComments) }),
    leadingDetachedComments: leadingDetachedComments.map(inert),
  });
}

function inert(comment: string): string {
  return comment.replace(/^([\s/]*)([@<#])/gm, "$1\\$2");
}

/** A message with other values for some fields. The rest is the original's: a copy would take longer than printing the file. */
function derived<T extends object>(original: T, fields: Partial<T>): T {
  return Object.assign(Object.create(original) as T, fields);
}
