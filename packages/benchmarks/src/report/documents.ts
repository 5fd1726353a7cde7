import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { replaceMarkedBlock } from "./marked-block.ts";

/** The documents that show a group's table, relative to the repository. */
const documents = ["packages/benchmarks/README.md", "docs/performance.md"];

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/**
 * Puts a group's report into its place in each document, and returns their paths.
 *
 * @throws Error if a document has no place for it.
 */
export function updateDocuments(block: { readonly group: string; readonly text: string }): readonly string[] {
  for (const path of documents) {
    writeFileSync(root + path, replaceMarkedBlock(readFileSync(root + path, "utf8"), block));
  }
  return documents;
}
