import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";

/** Text that is put into a file; nothing is ever taken out. */
export interface Insertion {
  readonly position: number;
  readonly text: string;
}

/** The text with everything put in. */
export function applyInsertions(text: string, insertions: readonly Insertion[]): string {
  let result = "";
  let from = 0;
  for (const { position, text: added } of insertions.toSorted(
    (one, other) => one.position - other.position,
  )) {
    result += text.slice(from, position) + added;
    from = position;
  }
  return result + text.slice(from);
}

/** How one file changes. */
export interface FileChange {
  readonly path: string;
  /** undefined where there is no file yet. */
  readonly before: string | undefined;
  readonly after: string;
}

/** A change as a unified diff. */
export function describeChange({ path, before, after }: FileChange): string {
  const from = before === undefined ? "/dev/null" : path;
  return createTwoFilesPatch(from, path, before ?? "", after, undefined, undefined, {
    context: 2,
    headerOptions: FILE_HEADERS_ONLY,
  }).trimEnd();
}
