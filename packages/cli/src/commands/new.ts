import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Argument, Command, InvalidArgumentError } from "commander";
import { CliError } from "../cli-error.ts";
import { makeFolder } from "../make-folder.ts";
import type { Terminal } from "../terminal.ts";

interface NewOptions {
  readonly dir: string;
  readonly package?: string;
  readonly json: boolean;
}

/** `ts-grain new` */
export function newCommand(terminal: Terminal): Command {
  return new Command("new")
    .summary("write a contract to begin with")
    .description("Writes a .proto with a service of one rpc. Never overwrites a file.")
    .addArgument(
      new Argument("<Service>", "the service's name, such as SmartBulb").argParser(parseServiceName),
    )
    .option("-d, --dir <folder>", "the root of the .proto files", "proto")
    .option("--package <name>", "the proto package; default: the service's name in snake_case, version 1")
    .option("--json", "print JSON", false)
    .addHelpText(
      "after",
      "\nExample:\n  $ npx ts-grain new SmartBulb && npx buf generate && npx ts-grain implement",
    )
    .action(async (service: string, options: NewOptions) => {
      const snake = service.replace(/(?<=[a-z0-9])([A-Z])|(?<=[A-Z])([A-Z](?=[a-z]))/g, "_$&").toLowerCase();
      const name = options.package ?? `${snake}.v1`;
      if (!/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/.test(name))
        throw new CliError("usage", `a package is written like home.lights.v1, got ${name}`);
      const path = join(options.dir, ...name.split("."), `${snake}.proto`);
      if (existsSync(path)) throw new CliError("usage", `${path} exists; it was left as it is`);
      makeFolder(dirname(path));
      writeFileSync(path, printContract(service, name));
      terminal.print(options.json ? JSON.stringify({ path, service, package: name }) : path);
    });
}

function parseServiceName(text: string): string {
  if (!/^[A-Z][A-Za-z0-9]*$/.test(text))
    throw new InvalidArgumentError(
      "A service is written like SmartBulb: letters and digits, a capital first.",
    );
  return text;
}

function printContract(service: string, name: string): string {
  return `syntax = "proto3";

package ${name};

// Say here what a ${service} is.
service ${service} {
  // Tells how it is.
  rpc GetState(GetStateRequest) returns (GetStateResponse);
}

message GetStateRequest {}

message GetStateResponse {}
`;
}
