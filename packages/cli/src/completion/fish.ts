import type { CompletedCommand, CompletedOption, Values } from "./command-line.ts";

/** A script for fish; one that never starts the program. */
export function printFish(program: string, commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap((command) => {
    const under = `complete -c ${program} -n '__fish_seen_subcommand_from ${command.name}'`;
    return [
      `complete -c ${program} -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.description)}`,
      ...(command.values === undefined ? [] : [`${under} ${argumentsFor(command.values)}`]),
      ...command.options.map((option) => `${under} ${optionFor(option)}`),
    ];
  });
  return `# fish completion of ${program}\ncomplete -c ${program} -f\n${lines.join("\n")}\n`;
}

function optionFor({ long, short, description, takesValue, values }: CompletedOption): string {
  return [
    `-l ${long}`,
    ...(short === undefined ? [] : [`-s ${short}`]),
    ...(takesValue ? ["-r"] : []),
    ...(values === undefined ? [] : [argumentsFor(values)]),
    `-d ${quoted(description)}`,
  ].join(" ");
}

function argumentsFor(values: NonNullable<Values>): string {
  if (values === "files") return "-F";
  return values === "folders" ? "-a '(__fish_complete_directories)'" : `-a ${quoted(values.join(" "))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, "\\$&")}'`;
}
