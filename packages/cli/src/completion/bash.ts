import type { CompletedCommand, Values } from "./command-line.ts";

/** A script for bash; one that never starts the program. */
export function printBash(program: string, commands: readonly CompletedCommand[]): string {
  const name = `_${program.replaceAll("-", "_")}`;
  const names = commands.map((command) => command.name).join(" ");
  return `# bash completion of ${program}
${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names} --help --version" -- "$cur"))
    return
  fi
  case "\${COMP_WORDS[1]} $prev" in
${commands.flatMap(valueCases).join("\n")}
  esac
  case "\${COMP_WORDS[1]} $cur" in
${commands.map(optionCase).join("\n")}
  esac
  case "\${COMP_WORDS[1]}" in
${commands.flatMap(argumentCase).join("\n")}
  esac
}
complete -F ${name} ${program}
`;
}

function valueCases({ name, options }: CompletedCommand): string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .map(({ long, short, values }) => {
      const words = short === undefined ? [`--${long}`] : [`--${long}`, `-${short}`];
      const patterns = words.map((word) => `"${name} ${word}"`).join(" | ");
      return `    ${patterns}) ${replyWith(values)} return ;;`;
    });
}

function optionCase({ name, options }: CompletedCommand): string {
  const words = options.map(({ long }) => `--${long}`).join(" ");
  return `    "${name} -"*) COMPREPLY=($(compgen -W "${words}" -- "$cur")); return ;;`;
}

function argumentCase({ name, values }: CompletedCommand): string[] {
  return values === undefined ? [] : [`    ${name}) ${replyWith(values)} ;;`];
}

function replyWith(values: Values): string {
  if (values === undefined) return "";
  if (values === "files" || values === "folders")
    return `compopt -o filenames; COMPREPLY=($(compgen -${values === "files" ? "f" : "d"} -- "$cur"));`;
  return `COMPREPLY=($(compgen -W "${values.join(" ")}" -- "$cur"));`;
}
