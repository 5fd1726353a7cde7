import type { DescFile } from "@bufbuild/protobuf";
import { outputFile } from "../output-file.ts";
import type { Diagnostic } from "../plugin-error.ts";

/** What could make a path leave the output folder, or mean something else on another system. */
const unsafePath: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^$|^\/|\/\/|\/$/, "it is absolute or has an empty part"],
  [/(?:^|\/)\.{1,2}(?:\/|$)/, 'it has a part "." or ".."'],
  [/^~/, 'it begins with "~"'],
  [/[. ](?:\/|$)/, "a part of it ends with a dot or a space"],
  [/[\\:*?"<>|]/, "it has a character that Windows refuses"],
  [/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u, "it has a control character"],
];

/** Bytes that file systems allow for one part of a path. */
const longestPart = 255;

/** Diagnoses names that could be written outside the output folder, and files that would overwrite one another. */
export function checkFiles(files: readonly DescFile[]): readonly Diagnostic[] {
  return [...files.flatMap(checkFileName), ...checkCollisions(files)];
}

function checkFileName(file: DescFile): readonly Diagnostic[] {
  const [, reason] = unsafePath.find(([pattern]) => pattern.test(file.name)) ?? [];
  const problem =
    reason ??
    (hasLongPart(file) ? `a part of it is longer than ${longestPart} bytes once generated` : undefined);
  if (problem === undefined) return [];
  return [
    {
      code: "invalid_file_name",
      message: `${JSON.stringify(file.proto.name)}: ${problem}. Rename the file.`,
    },
  ];
}

function hasLongPart(file: DescFile): boolean {
  // The longest of the names printed: .d.ts for .ts.
  const path = outputFile(file).replace(/ts$/, "d.ts");
  return path.split("/").some((part) => Buffer.byteLength(part) > longestPart);
}

function checkCollisions(files: readonly DescFile[]): readonly Diagnostic[] {
  const first = new Map<string, DescFile>();
  const diagnostics: Diagnostic[] = [];
  for (const file of files) {
    // Many file systems fold case and Unicode forms.
    const path = outputFile(file).normalize("NFC").toLowerCase();
    const other = first.get(path);
    first.set(path, other ?? file);
    if (!other) continue;
    diagnostics.push({
      code: "file_collision",
      message: `${file.proto.name} and ${other.proto.name} would both be written to ${path}. Rename one of them.`,
    });
  }
  return diagnostics;
}
