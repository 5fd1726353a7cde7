import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { replaceMarkedBlock } from "./marked-block.ts";

/** A group's results as text. */
export interface GroupTexts {
  readonly group: string;
  /** The whole report. */
  readonly report: string;
  /** A line for each workload, if the group has a summary. */
  readonly summary: string | undefined;
}

/** What shows a group's results, relative to the repository, and how. */
const documents = [
  { path: "README.md", shows: "summary" },
  { path: "packages/benchmarks/README.md", shows: "report" },
  { path: "docs/performance.md", shows: "report" },
] as const;

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/**
 * Puts a group's results into their place in each document that shows them, and returns the documents' paths.
 *
 * @throws Error if a document has no place for them.
 */
export function updateDocuments(texts: GroupTexts): readonly string[] {
  return documents.flatMap(({ path, shows }) => {
    const text = texts[shows];
    if (text === undefined) return [];
    const block = { group: texts.group, text };
    writeFileSync(root + path, replaceMarkedBlock(readFileSync(root + path, "utf8"), block));
    return [path];
  });
}
