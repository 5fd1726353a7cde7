import type { CompletedCommand, CompletedOption, Values } from "./command-line.ts";

/** A script for zsh; one that never starts the program. */
export function printZsh(program: string, commands: readonly CompletedCommand[]): string {
  const name = `_${program.replaceAll("-", "_")}`;
  const described = commands.map((command) => `    ${quoted(`${command.name}:${command.description}`)}`);
  return `#compdef ${program}
${name}() {
  local -a commands
  commands=(
${described.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(commandCase).join("\n")}
  esac
}
if [ "$funcstack[1]" = "${name}" ]; then ${name} "$@"; else compdef ${name} ${program}; fi
`;
}

function commandCase({ name, options, values }: CompletedCommand): string {
  const specs = [
    ...options.flatMap(optionSpecs),
    ...(values === undefined ? [] : [`1:value:${actionFor(values)}`]),
    "*:value:()",
  ];
  return `    ${name})\n      _arguments : \\\n${specs.map((spec) => `        ${quoted(spec)}`).join(" \\\n")} ;;`;
}

function optionSpecs({ long, short, description, takesValue, values }: CompletedOption): string[] {
  const told = description.replaceAll(/[[\]\\:]/g, "\\$&");
  const value = takesValue ? `:value:${actionFor(values)}` : "";
  const words = short === undefined ? [`--${long}`] : [`--${long}`, `-${short}`];
  return words.map((word) => `${word}[${told}]${value}`);
}

function actionFor(values: Values): string {
  if (values === undefined) return "()";
  if (values === "files") return "_files";
  return values === "folders" ? "_files -/" : `(${values.join(" ")})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
