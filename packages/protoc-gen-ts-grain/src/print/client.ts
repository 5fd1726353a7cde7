import type { Printable } from "@bufbuild/protoplugin";
import { type MethodContract, type ServiceContract, unaryRpcs } from "../contract/service-contract.ts";
import { grainNames, memberName } from "../grain-names.ts";
import { code } from "./code.ts";
import type { GrainOutput } from "./grain-output.ts";
import { serviceDoc } from "./service-doc.ts";

/** Prints the interface through which a grain is called, with the comments of the .proto on its methods. */
export function printClientInterface(f: GrainOutput, contract: ServiceContract): void {
  const { desc: service } = contract;
  const names = grainNames(service);
  f.print(
    serviceDoc(f, service, [
      `Calls one {@link ${names.grain}}, wherever it lives.`,
      `Made by {@link ${names.getClient}}.`,
    ]),
  );
  f.print(code`${f.export("interface", names.client)} {`);
  for (const [position, method] of unaryRpcs(contract).entries()) {
    if (position > 0) f.print();
    f.print(f.jsDoc(method.desc, "  "));
    f.print(code`  ${clientMethod(f, method)}`);
  }
  f.print("}");
}

function clientMethod(f: GrainOutput, { desc, oneWay }: MethodContract): Printable {
  const { GrainCallOptions, MessageInitShape } = f.symbols;
  const request = code`${MessageInitShape}<typeof ${f.importSchema(desc.input, true)}>`;
  const response = code`${f.promise}<${oneWay ? "void" : f.importShape(desc.output)}>`;
  return code`${memberName(desc)}(request: ${request}, options?: ${GrainCallOptions}): ${response};`;
}
