import type { DescService } from "@bufbuild/protobuf";
import type { GeneratedFile } from "@bufbuild/protoplugin";
import { grainNames, memberName } from "../grain-names.ts";
import { ownName } from "../output-file.ts";
import { unaryMethods } from "../unary-methods.ts";
import { code } from "./code.ts";
import { runtimeSymbols } from "./runtime-symbols.ts";
import { serviceDoc } from "./service-doc.ts";

/** Prints the constant that tells the runtime which service is meant, and under which names. */
export function printDescription(f: GeneratedFile, service: DescService): void {
  const names = grainNames(service);
  const { grainService } = runtimeSymbols(f);
  const description = ownName(f, service, names.description);
  const descriptor = f.importSchema(service);
  f.print(
    code`const ${description} = /*@__PURE__*/ ${grainService}<${names.grain}, ${names.client}>(${descriptor}${escapedNames(service)});`,
  );
}

/**
 * A further argument with the names that were escaped, by rpc; nothing if none was. protobuf-es' own escapes are among
 * them: code generated today keeps its names should a later protobuf-es escape others.
 */
function escapedNames(service: DescService): string {
  const escaped = unaryMethods(service)
    .filter((method) => memberName(method).endsWith("$"))
    .map((method) => `${method.name}: "${memberName(method)}"`);
  return escaped.length === 0 ? "" : `, { properties: { ${escaped.join(", ")} } }`;
}

/** Prints the function that gives a client of one grain. */
export function printGetClient(f: GeneratedFile, service: DescService): void {
  const names = grainNames(service);
  const { GrainCaller, grainClient } = runtimeSymbols(f);
  const description = ownName(f, service, names.description);
  const caller = ownName(f, service, "caller");
  const identity = ownName(f, service, "identity");
  f.print(
    serviceDoc(f, service, [
      `Returns a client of the ${service.name} grain with this identity.`,
      "Nothing is sent until one of its methods is called.",
    ]),
  );
  f.print(
    code`${f.export("function", names.getClient)}(${caller}: ${GrainCaller}, ${identity}: string): ${names.client} {`,
  );
  f.print(code`  return ${grainClient}(${description}, ${caller}, ${identity});`);
  f.print("}");
}

/** Prints the function that makes the kind which a member hosts. */
export function printNewKind(f: GeneratedFile, service: DescService): void {
  const names = grainNames(service);
  const { GrainFactory, Kind, KindOptions, grainKind } = runtimeSymbols(f);
  const description = ownName(f, service, names.description);
  const factory = ownName(f, service, "factory");
  const options = ownName(f, service, "options");
  f.print(
    serviceDoc(f, service, [
      `Returns the kind that hosts ${service.name} grains.`,
      "The factory is called for each activation.",
    ]),
  );
  const parameters = code`${factory}: ${GrainFactory}<${names.grain}>, ${options}?: ${KindOptions}`;
  f.print(code`${f.export("function", names.newKind)}(${parameters}): ${Kind} {`);
  f.print(code`  return ${grainKind}(${description}, ${factory}, ${options});`);
  f.print("}");
}
