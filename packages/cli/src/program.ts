import { readFileSync } from "node:fs";
import { styleText } from "node:util";
import { Command, CommanderError } from "commander";
import { CliError, exitCodes } from "./cli-error.ts";
import { callCommand } from "./commands/call.ts";
import { completionCommand } from "./commands/completion.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { implementCommand } from "./commands/implement.ts";
import { initCommand } from "./commands/init.ts";
import { listCommand } from "./commands/list.ts";
import { membersCommand } from "./commands/members.ts";
import { newCommand } from "./commands/new.ts";
import { watchCommand } from "./commands/watch.ts";
import { whereCommand } from "./commands/where.ts";
import { noteError, type Terminal } from "./terminal.ts";

const moreHelp = `
Examples:
  $ npm create ts-grain my-app
  $ ts-grain call SmartBulb/kitchen GetState '{}' --cluster my-cluster
  $ source <(ts-grain completion bash)

Exit codes:
  0    it did what was asked
  1    the grain answered with an error, a check failed, or a file could not be read or written
  2    the command was called wrongly; nothing was done
  3    the cluster could not be reached; nothing was started
  4    a call was not answered in time; it may have run
  130  it was interrupted

Options that begin with TS_GRAIN_ in the help of a command can be set as environment variables.
Colours obey NO_COLOR and FORCE_COLOR.`;

/** Runs the command line. Resolves with the exit code; never rejects for what a user did wrong. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  const isForPrograms = args.includes("--json");
  const program = createProgram(terminal);
  for (const command of [program, ...program.commands]) {
    configure(command, terminal);
    if (isForPrograms) tellErrorsAsJson(command, terminal);
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCodes.ok;
  } catch (error) {
    if (terminal.interrupted.aborted || isAbort(error)) return exitCodes.interrupted;
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const known = isSystemError(error) ? new CliError("failed", error.message, { cause: error }) : error;
    if (!(known instanceof CliError)) throw error;
    if (isForPrograms) terminal.note(JSON.stringify({ error: known }));
    else noteError(terminal, known.message);
    return exitCodes[known.failure];
  }
}

function createProgram(terminal: Terminal): Command {
  return new Command("ts-grain")
    .description("Makes projects, writes grains, calls them, and looks into running clusters.")
    .version(readVersion(), "-V, --version", "print the version")
    .addHelpText("after", moreHelp)
    .addCommand(initCommand(terminal))
    .addCommand(newCommand(terminal))
    .addCommand(implementCommand(terminal))
    .addCommand(callCommand(terminal))
    .addCommand(listCommand(terminal))
    .addCommand(membersCommand(terminal))
    .addCommand(whereCommand(terminal))
    .addCommand(watchCommand(terminal))
    .addCommand(doctorCommand(terminal))
    .addCommand(completionCommand(terminal));
}

/** What all commands do alike. */
function configure(command: Command, terminal: Terminal): void {
  const path = command.parent ? `${command.parent.name()} ${command.name()}` : command.name();
  command
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError(`(${path} --help shows how)`)
    .configureHelp({ styleTitle: (text) => styleText("bold", text, { validateStream: false }) })
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
      outputError: (text, write) =>
        text.startsWith("error: ") ? noteError(terminal, text.slice(7).trimEnd()) : write(text),
      getOutHasColors: () => terminal.hasColors,
      getErrHasColors: () => terminal.hasNoteColors,
    });
}

function tellErrorsAsJson(command: Command, terminal: Terminal): void {
  command.showHelpAfterError(false).configureOutput({
    outputError: (text) => {
      const message = text.replace(/^error: /, "").trimEnd();
      terminal.note(JSON.stringify({ error: new CliError("usage", message) }));
    },
  });
}

/** A question that was answered with Ctrl+C or Ctrl+D. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** A file that cannot be read or written, a port that is taken: said by the system, in words. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && "syscall" in error;
}

function readVersion(): string {
  return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;
}
