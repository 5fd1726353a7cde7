import { Argument, Command, Option } from "commander";
import { CliError } from "../cli-error.ts";
import { detectInstaller, type Installer } from "../init/installer.ts";
import { collisionsOf, filesOf, isEmptyFolder, writeFiles } from "../init/project.ts";
import { type TemplateName, templates } from "../init/template.ts";
import { styled, type Terminal } from "../terminal.ts";

interface InitOptions {
  readonly template: TemplateName;
  readonly yes: boolean;
  readonly json: boolean;
}

const defaultFolder = "my-app";

/** `ts-grain init` */
export function initCommand(terminal: Terminal): Command {
  const names = Object.entries(templates).map(([name, what]) => `  ${name.padEnd(8)}  ${what}`);
  return new Command("init")
    .summary("make a project")
    .description(
      "Makes a project: contract, generated code, a grain, its test, a program. Never overwrites a file. `npm create ts-grain` does the same.",
    )
    .addArgument(
      new Argument("[folder]", `default: this one if it is empty, else it asks, and takes ${defaultFolder}`),
    )
    .addOption(
      new Option("-t, --template <name>", "what to begin with")
        .choices(Object.keys(templates))
        .default("minimal"),
    )
    .option("-y, --yes", "ask nothing", false)
    .option("--json", "print JSON", false)
    .addHelpText(
      "after",
      `
Templates:
${names.join("\n")}

Examples:
  $ npm create ts-grain my-app
  $ npm create ts-grain my-cluster -- --template consul
  $ npx ts-grain init`,
    )
    .action(async (folder: string | undefined, options: InitOptions) => {
      const chosen = folder ?? (await chooseFolder(options, terminal));
      const installer = detectInstaller(process.env["npm_config_user_agent"]);
      const { template, json } = options;
      const files = filesOf({ folder: chosen, template, installer });
      refuseCollisions(chosen, files);
      writeFiles(chosen, files);
      if (json)
        return terminal.print(
          JSON.stringify({ folder: chosen, template, files: [...files.keys()] }, undefined, 2),
        );
      terminal.print(`${chosen}: ${files.size} files of the template ${template}. Next:\n`);
      for (const step of nextSteps(chosen, installer)) terminal.print(styled(terminal, "bold", `  ${step}`));
    });
}

async function chooseFolder({ yes }: InitOptions, terminal: Terminal): Promise<string> {
  if (isEmptyFolder(".")) return ".";
  const question = `This folder is not empty. A folder for the project (${defaultFolder}): `;
  const answer = yes ? undefined : await terminal.ask(question);
  return answer?.trim() || defaultFolder;
}

function refuseCollisions(folder: string, files: ReadonlyMap<string, string>): void {
  const collisions = collisionsOf(folder, files.keys());
  if (collisions.length === 0) return;
  const shown = collisions.slice(0, 5).join(", ");
  const more = collisions.length > 5 ? ` and ${collisions.length - 5} more` : "";
  throw new CliError(
    "usage",
    `nothing was written, since this is in the way: ${shown}${more}. Name a folder that is empty: ts-grain init <folder>`,
  );
}

function nextSteps(folder: string, { install, run }: Installer): string[] {
  const start = run === "npm run" ? "npm start" : `${run} start`;
  return [...(folder === "." ? [] : [`cd ${quoted(folder)}`]), install, start];
}

function quoted(folder: string): string {
  return /^[\w./~-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", `'\\''`)}'`;
}
