import type { Printable } from "@bufbuild/protoplugin";

/** Code as a template: imports what it mentions once it is printed. */
export function code(fragments: TemplateStringsArray, ...values: readonly Printable[]): Printable {
  return fragments.flatMap((fragment, position) => [fragment, values[position] ?? ""]);
}
