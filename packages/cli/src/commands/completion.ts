import { Argument, Command } from "commander";
import { printBash } from "../completion/bash.ts";
import { type CompletedCommand, commandsOf } from "../completion/command-line.ts";
import { printFish } from "../completion/fish.ts";
import { printZsh } from "../completion/zsh.ts";
import type { Terminal } from "../terminal.ts";

type Print = (program: string, commands: readonly CompletedCommand[]) => string;

const shells: Readonly<Record<string, Print>> = { bash: printBash, zsh: printZsh, fish: printFish };

/** `ts-grain completion` */
export function completionCommand(terminal: Terminal): Command {
  return new Command("completion")
    .summary("print a script that completes in a shell")
    .description("Prints a script that completes commands, options and their values in a shell.")
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(shells)))
    .addHelpText(
      "after",
      `
Examples:
  $ source <(ts-grain completion bash)       # or in ~/.bashrc
  $ source <(ts-grain completion zsh)        # or in ~/.zshrc, after compinit
  $ ts-grain completion fish | source        # or in ~/.config/fish/completions/ts-grain.fish`,
    )
    .action((shell: string, _options: object, command: Command) => {
      const program = command.parent ?? command;
      terminal.print(shells[shell]!(program.name(), commandsOf(program)).trimEnd());
    });
}
