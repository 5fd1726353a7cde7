import type { Command, Option } from "commander";

/** What may follow a word. */
export type Values = readonly string[] | "files" | "folders" | undefined;

/** An option, as shells complete it. */
export interface CompletedOption {
  readonly long: string;
  /** One letter. */
  readonly short: string | undefined;
  readonly description: string;
  readonly takesValue: boolean;
  readonly values: Values;
}

/** A command, as shells complete it. */
export interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** Of its first argument. */
  readonly values: Values;
}

/** The commands of a program, and what may follow them. */
export function commandsOf(program: Command): readonly CompletedCommand[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .map((command) => {
      const [argument] = command.registeredArguments;
      return {
        name: command.name(),
        description: command.summary() || command.description(),
        options: command.createHelp().visibleOptions(command).map(describeOption),
        values: argument && (argument.argChoices ?? placesFor(argument.name())),
      };
    });
}

function describeOption(option: Option): CompletedOption {
  const takesValue = option.required || option.optional;
  return {
    long: option.long?.slice(2) ?? "",
    short: option.short?.slice(1),
    description: option.description,
    takesValue,
    values: takesValue ? (option.argChoices ?? placesFor(option.flags)) : undefined,
  };
}

function placesFor(text: string): Values {
  if (/\bfile\b/.test(text)) return "files";
  return /\bfolder\b/.test(text) ? "folders" : undefined;
}
