import type { ServiceContract } from "../contract/service-contract.ts";
import { grainNames } from "../grain-names.ts";
import { ownName } from "../output-file.ts";
import { code } from "./code.ts";
import type { GrainOutput } from "./grain-output.ts";
import { serviceDoc } from "./service-doc.ts";

/** Prints the function that gives a client of one grain. */
export function printGetClient(f: GrainOutput, { desc: service }: ServiceContract): void {
  const names = grainNames(service);
  const { GrainCaller, grainClient } = f.symbols;
  const description = ownName(f, service.file, names.description);
  const caller = ownName(f, service.file, "caller");
  const identity = ownName(f, service.file, "identity");
  f.print(
    serviceDoc(f, service, [
      `Returns a client of the {@link ${names.grain}} with this identity.`,
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
export function printNewKind(f: GrainOutput, { desc: service }: ServiceContract): void {
  const names = grainNames(service);
  const { GrainFactory, Kind, KindOptions, grainKind } = f.symbols;
  const description = ownName(f, service.file, names.description);
  const factory = ownName(f, service.file, "factory");
  const options = ownName(f, service.file, "options");
  f.print(
    serviceDoc(f, service, [
      `Returns the kind that hosts each {@link ${names.grain}}, to be given to \`configureCluster\`.`,
      "The factory makes a grain for each activation.",
    ]),
  );
  const parameters = code`${factory}: ${GrainFactory}<${names.grain}>, ${options}?: ${KindOptions}`;
  f.print(code`${f.export("function", names.newKind)}(${parameters}): ${Kind} {`);
  f.print(code`  return ${grainKind}(${description}, ${factory}, ${options});`);
  f.print("}");
}
