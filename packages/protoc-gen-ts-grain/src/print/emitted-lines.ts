/**
 * Lays out what TypeScript emits as the TypeScript itself is printed: two spaces, and blank lines between declarations,
 * which its emitter drops. No line of a doc comment is followed by the beginning of one, so nothing in them is taken for code.
 */
export function layOutEmitted(code: string): string {
  return code
    .replace(/^(?: {4})+/gm, (indentation) => " ".repeat(indentation.length / 2))
    .replace(/ \{\n\}$/gm, " {}")
    .replace(/([;}])\n(?=\/\*\*$|const \w+ = \/\*@__PURE__|function )/gm, "$1\n\n")
    .replace(/;\n(?= {2}\/\*\*$)/gm, ";\n\n");
}
