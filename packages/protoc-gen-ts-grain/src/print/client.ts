import type { DescMethod, DescService } from "@bufbuild/protobuf";
import type { GeneratedFile, Printable } from "@bufbuild/protoplugin";
import { grainNames, memberName } from "../grain-names.ts";
import { unaryMethods } from "../unary-methods.ts";
import { code } from "./code.ts";
import { runtimeSymbols } from "./runtime-symbols.ts";
import { serviceDoc } from "./service-doc.ts";

/** Prints the interface through which a grain is called, with the comments of the .proto on its methods. */
export function printClientInterface(f: GeneratedFile, service: DescService): void {
  f.print(serviceDoc(f, service, [`Calls one ${service.name} grain, wherever it lives.`]));
  f.print(code`${f.export("interface", grainNames(service).client)} {`);
  for (const [position, method] of unaryMethods(service).entries()) {
    if (position > 0) f.print();
    f.print(f.jsDoc(method, "  "));
    f.print(code`  ${clientMethod(f, method)}`);
  }
  f.print("}");
}

function clientMethod(f: GeneratedFile, method: DescMethod): Printable {
  const { GrainCallOptions, MessageInitShape } = runtimeSymbols(f);
  const request = code`${MessageInitShape}<typeof ${f.importSchema(method.input, true)}>`;
  // A message may be called Promise.
  const response = code`globalThis.Promise<${f.importShape(method.output)}>`;
  return code`${memberName(method)}(request: ${request}, options?: ${GrainCallOptions}): ${response};`;
}
