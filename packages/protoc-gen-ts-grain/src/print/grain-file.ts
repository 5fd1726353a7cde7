import type { DescFile } from "@bufbuild/protobuf";
import type { ContractReader } from "../contract/contract-reader.ts";
import type { ServiceContract } from "../contract/service-contract.ts";
import { errorReasons } from "../error-reasons.ts";
import { printClientInterface } from "./client.ts";
import { printDescription } from "./description.ts";
import { printReasonMaker, printReasonTest } from "./error-reasons.ts";
import { printGetClient, printNewKind } from "./functions.ts";
import { printGrainInterface, printKindClass } from "./grain.ts";
import type { GrainOutput } from "./grain-output.ts";
import { withInertPreamble } from "./inert-preamble.ts";

/** What is printed for each service, in order. */
const declarations: readonly ((f: GrainOutput, contract: ServiceContract) => void)[] = [
  printGrainInterface,
  printKindClass,
  printClientInterface,
  printDescription,
  printGetClient,
  printNewKind,
];

/** Prints the grains of a file and the errors that they report; nothing if it has neither. */
export function printGrainFile(f: GrainOutput, file: DescFile, contracts: ContractReader): void {
  f.preamble(withInertPreamble(file));
  const printings = [
    ...file.services.flatMap((service) => {
      const contract = contracts.read(service);
      return declarations.map((printDeclaration) => () => printDeclaration(f, contract));
    }),
    ...(errorReasons(file)?.values ?? []).flatMap((reason) => [
      () => printReasonMaker(f, reason),
      () => printReasonTest(f, reason),
    ]),
  ];
  for (const [position, print] of printings.entries()) {
    if (position > 0) f.print();
    print();
  }
}
