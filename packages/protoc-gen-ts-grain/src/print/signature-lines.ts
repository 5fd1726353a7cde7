const longestLine = 120;

/** Gives each parameter of a method or function a line of its own where a signature does not fit one line. */
export function layOutSignatures(code: string): string {
  return code.replace(
    /^( *(?:export (?:declare )?function |abstract )?[\w$]+)\((\w+\$?\d*: .+), (\w+\$?\d*\??: [\w$]+)\): (.+)$/gm,
    (line: string, start: string, first: string, second: string, end: string) => {
      if (line.length <= longestLine) return line;
      const indentation = /^ */.exec(start)?.[0] ?? "";
      return `${start}(\n${indentation}  ${first},\n${indentation}  ${second},\n${indentation}): ${end}`;
    },
  );
}
