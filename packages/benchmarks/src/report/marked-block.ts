/**
 * Puts a text between the two comments that mark a group's place in a document.
 *
 * @throws Error if the document has no such place, or more than one.
 */
export function replaceMarkedBlock(
  document: string,
  { group, text }: { readonly group: string; readonly text: string },
): string {
  const begin = `<!-- benchmarks: ${group} -->`;
  const end = `<!-- end of benchmarks: ${group} -->`;
  const [before, rest, ...more] = document.split(begin);
  const [old, after, ...rests] = rest?.split(end) ?? [];
  if (old === undefined || after === undefined || more.length > 0 || rests.length > 0) {
    throw new Error(`expected one place for the benchmarks, from "${begin}" to "${end}"`);
  }
  return `${before}${begin}\n\n${text}\n\n${end}${after}`;
}
