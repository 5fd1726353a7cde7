import { Command, CommanderError } from "commander";
import { CliError, exitCodes } from "./cli-error.ts";
import { callCommand } from "./commands/call.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { implementCommand } from "./commands/implement.ts";
import { listCommand } from "./commands/list.ts";
import { membersCommand } from "./commands/members.ts";
import { newCommand } from "./commands/new.ts";
import { watchCommand } from "./commands/watch.ts";
import { whereCommand } from "./commands/where.ts";
import type { Terminal } from "./terminal.ts";

const exitCodeHelp = `
Exit codes:
  0  it did what was asked
  1  the grain answered with an error, or a check failed
  2  the command was called wrongly; nothing was done
  3  the cluster could not be reached; nothing was started
  4  a call was not answered in time; it may have run

Options that begin with TS_GRAIN_ in the help of a command can be set as environment variables.`;

/**
 * Runs the command line. Resolves with the exit code; never rejects for what a user did wrong.
 *
 * @example
 * import { runProgram, type Terminal } from "@ts-grain/cli";
 *
 * const notes: string[] = [];
 * const terminal: Terminal = {
 *   print: (line) => console.log(line),
 *   note: (line) => notes.push(line),
 *   readInput: async () => "",
 *   hasColors: false,
 *   interrupted: new AbortController().signal,
 * };
 * console.log(await runProgram(["no-such-command"], terminal)); // prints: 2
 */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = createProgram(terminal);
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCodes.ok;
  } catch (error) {
    if (terminal.interrupted.aborted) return 130;
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (!(error instanceof CliError)) throw error;
    terminal.note(`error: ${error.message}`);
    return exitCodes[error.failure];
  }
}

function createProgram(terminal: Terminal): Command {
  const program = new Command("ts-grain")
    .description("Writes grains, calls them, and looks into running clusters.")
    .addHelpText("after", exitCodeHelp)
    .addCommand(newCommand(terminal))
    .addCommand(implementCommand(terminal))
    .addCommand(callCommand(terminal))
    .addCommand(listCommand(terminal))
    .addCommand(membersCommand(terminal))
    .addCommand(whereCommand(terminal))
    .addCommand(watchCommand(terminal))
    .addCommand(doctorCommand(terminal));
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .showSuggestionAfterError()
      .configureOutput({
        writeOut: (text) => terminal.print(text.trimEnd()),
        writeErr: (text) => terminal.note(text.trimEnd()),
      });
  }
  return program;
}
