import type { DescMethod, DescService } from "@bufbuild/protobuf";
import type { GeneratedFile, Printable } from "@bufbuild/protoplugin";
import { grainNames, memberName } from "../grain-names.ts";
import { unaryMethods } from "../unary-methods.ts";
import { code } from "./code.ts";
import { runtimeSymbols } from "./runtime-symbols.ts";
import { serviceDoc } from "./service-doc.ts";

/** Prints the interface that a grain implements, with the comments of the .proto. */
export function printGrainInterface(f: GeneratedFile, service: DescService): void {
  const { GrainHooks } = runtimeSymbols(f);
  f.print(f.jsDoc(service));
  f.print(code`${f.export("interface", grainNames(service).grain)} extends ${GrainHooks} {`);
  for (const [position, method] of unaryMethods(service).entries()) {
    if (position > 0) f.print();
    f.print(f.jsDoc(method, "  "));
    f.print(code`  ${grainMethod(f, method)}`);
  }
  f.print("}");
}

/** Prints the same as a class to extend. Editors show the interface's comments on its methods. */
export function printKindClass(f: GeneratedFile, service: DescService): void {
  const { grain, kindClass } = grainNames(service);
  const { GrainKind } = runtimeSymbols(f);
  f.print(
    serviceDoc(f, service, [
      `Base class of ${service.name} grains.`,
      "`this.context` says who the grain is; hooks such as `onActivate` are optional.",
    ]),
  );
  f.print(code`${f.export("abstract class", kindClass)} extends ${GrainKind} implements ${grain} {`);
  for (const method of unaryMethods(service)) f.print(code`  abstract ${grainMethod(f, method)}`);
  f.print("}");
}

function grainMethod(f: GeneratedFile, method: DescMethod): Printable {
  const { Awaitable, GrainCallContext, MessageInitShape } = runtimeSymbols(f);
  const request = f.importShape(method.input);
  const response = code`${MessageInitShape}<typeof ${f.importSchema(method.output, true)}>`;
  return code`${memberName(method)}(request: ${request}, context: ${GrainCallContext}): ${Awaitable}<${response}>;`;
}
