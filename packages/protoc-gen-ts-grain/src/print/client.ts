import type { GeneratedFile, Printable } from "@bufbuild/protoplugin";
import { type MethodContract, type ServiceContract, unaryRpcs } from "../contract/service-contract.ts";
import { grainNames, memberName } from "../grain-names.ts";
import { code } from "./code.ts";
import { runtimeSymbols } from "./runtime-symbols.ts";
import { serviceDoc } from "./service-doc.ts";

/** Prints the interface through which a grain is called, with the comments of the .proto on its methods. */
export function printClientInterface(f: GeneratedFile, contract: ServiceContract): void {
  const { desc: service } = contract;
  f.print(serviceDoc(f, service, [`Calls one ${service.name} grain, wherever it lives.`]));
  f.print(code`${f.export("interface", grainNames(service).client)} {`);
  for (const [position, method] of unaryRpcs(contract).entries()) {
    if (position > 0) f.print();
    f.print(f.jsDoc(method.desc, "  "));
    f.print(code`  ${clientMethod(f, method)}`);
  }
  f.print("}");
}

function clientMethod(f: GeneratedFile, { desc, oneWay }: MethodContract): Printable {
  const { GrainCallOptions, MessageInitShape } = runtimeSymbols(f);
  const request = code`${MessageInitShape}<typeof ${f.importSchema(desc.input, true)}>`;
  // A message may be called Promise.
  const response = code`globalThis.Promise<${oneWay ? "void" : f.importShape(desc.output)}>`;
  return code`${memberName(desc)}(request: ${request}, options?: ${GrainCallOptions}): ${response};`;
}
