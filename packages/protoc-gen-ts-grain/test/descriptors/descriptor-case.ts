import type { Files } from "../harness.ts";

/** What one set of .proto files must lead to. All files of a case lie in a folder of their own. */
export interface DescriptorCase {
  /** As in the table of docs/plugin.md. */
  readonly name: string;
  readonly files: Files;
  readonly outcome: Printed | Refused;
}

/** Code that type-checks beside that of protoc-gen-es, and holds these texts. */
export interface Printed {
  readonly prints: readonly string[];
  /** The files written by our plugin, if not one for each .proto file. */
  readonly paths?: readonly string[];
  /** TypeScript that uses the generated code and must type-check with it. */
  readonly usage?: string;
  readonly parameter?: string;
  readonly warnings?: readonly string[];
}

/** The error, line by line. */
export interface Refused {
  readonly refused: readonly string[];
}

/** A proto3 file whose package is its folder, with a message M. */
export function file(path: string, text: string): Files {
  const name = path.split("/")[0];
  return { [path]: `syntax = "proto3";\npackage ${name};\nmessage M {}\n${text}\n` };
}
