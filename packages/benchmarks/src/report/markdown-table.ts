/** A table whose columns are as wide as their longest cell, so that it reads well in a terminal too. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(3, ...lines.map((cells) => cells[column]!.length)));
  const print = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [print(header), print(widths.map((width) => "-".repeat(width))), ...rows.map(print)].join("\n");
}
