import type { Printable } from "@bufbuild/protoplugin";
import { type MethodContract, type ServiceContract, unaryRpcs } from "../contract/service-contract.ts";
import { grainNames, memberName } from "../grain-names.ts";
import { code } from "./code.ts";
import type { GrainOutput } from "./grain-output.ts";
import { serviceDoc } from "./service-doc.ts";

/** Prints the interface that a grain implements, with the comments of the .proto. */
export function printGrainInterface(f: GrainOutput, contract: ServiceContract): void {
  const { desc: service } = contract;
  const { GrainHooks } = f.symbols;
  f.print(f.jsDoc(service));
  f.print(code`${f.export("interface", grainNames(service).grain)} extends ${GrainHooks} {`);
  for (const [position, method] of unaryRpcs(contract).entries()) {
    if (position > 0) f.print();
    f.print(f.jsDoc(method.desc, "  "));
    f.print(code`  ${grainMethod(f, method)}`);
  }
  f.print("}");
}

/** Prints the same as a class to extend. Editors show the interface's comments on its methods. */
export function printKindClass(f: GrainOutput, contract: ServiceContract): void {
  const { desc: service } = contract;
  const { grain, kindClass } = grainNames(service);
  const { GrainKind } = f.symbols;
  f.print(
    serviceDoc(f, service, [
      `Base class of grains that implement {@link ${grain}}.`,
      "`this.context` says who the grain is; hooks such as `onActivate` are optional.",
    ]),
  );
  f.print(code`${f.export("abstract class", kindClass)} extends ${GrainKind} implements ${grain} {`);
  for (const method of unaryRpcs(contract)) f.print(code`  abstract ${grainMethod(f, method)}`);
  f.print("}");
}

function grainMethod(f: GrainOutput, { desc, oneWay }: MethodContract): Printable {
  const { Awaitable, GrainCallContext, MessageInitShape } = f.symbols;
  const request = f.importShape(desc.input);
  const response = oneWay ? "void" : code`${MessageInitShape}<typeof ${f.importSchema(desc.output, true)}>`;
  return code`${memberName(desc)}(request: ${request}, context: ${GrainCallContext}): ${Awaitable}<${response}>;`;
}
