import type { DescFile } from "@bufbuild/protobuf";
import type { GeneratedFile } from "@bufbuild/protoplugin";
import { printClientInterface } from "./client.ts";
import { printDescription, printGetClient, printNewKind } from "./functions.ts";
import { printGrainInterface, printKindClass } from "./grain.ts";
import { withInertPreamble } from "./inert-preamble.ts";

/** What is printed for each service, in order. */
const declarations = [
  printGrainInterface,
  printKindClass,
  printClientInterface,
  printDescription,
  printGetClient,
  printNewKind,
];

/** Prints the grains of a file; nothing if it has no service. */
export function printGrainFile(f: GeneratedFile, file: DescFile): void {
  f.preamble(withInertPreamble(file));
  for (const [position, service] of file.services.entries()) {
    for (const printDeclaration of declarations) {
      if (position > 0 || printDeclaration !== declarations[0]) f.print();
      printDeclaration(f, service);
    }
  }
}
