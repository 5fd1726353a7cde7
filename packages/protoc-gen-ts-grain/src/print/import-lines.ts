const longestLine = 120;

/**
 * Orders the names of each import by code unit, and gives each a line of its own where they do not fit one line.
 *
 * protoplugin orders them by the machine's language: one .proto would print different bytes in Denmark.
 */
export function layOutImports(code: string): string {
  return code.replace(
    /^(import (?:type )?)\{ (.+) \}( from .+)$/gm,
    (_, start: string, list: string, end: string) => {
      const names = list.split(", ").sort();
      const line = `${start}{ ${names.join(", ")} }${end}`;
      return line.length <= longestLine ? line : `${start}{\n  ${names.join(",\n  ")},\n}${end}`;
    },
  );
}
