import type { DescFile, DescMethod, DescService } from "@bufbuild/protobuf";
import { errorReasons, reasonNames } from "../error-reasons.ts";
import { grainNames, memberName } from "../grain-names.ts";
import type { Diagnostic } from "../plugin-error.ts";
import { isIdentifier, isTypeName } from "../type-names.ts";
import { unaryMethods } from "../unary-methods.ts";
import { type Declared, sourcePosition } from "./source-position.ts";

/** Diagnoses names of a file that TypeScript cannot have, and names that would be printed twice. */
export function checkNames(file: DescFile): readonly Diagnostic[] {
  return [
    ...checkPackage(file),
    ...checkDistinct(file.services, (service) => grainNames(service).grain),
    ...checkDistinct(errorReasons(file)?.values ?? [], (reason) => reasonNames(reason).err),
    ...checkReasons(file),
    ...file.services.flatMap(checkService),
  ];
}

// Compilers refuse such a package; a request made by hand may hold any text.
function checkPackage({ proto }: DescFile): readonly Diagnostic[] {
  if (/^(?:[a-z_]\w*(?:\.[a-z_]\w*)*)?$/i.test(proto.package)) return [];
  return [invalidName(proto.name, `the package ${JSON.stringify(proto.package)} is no dotted name`)];
}

function checkService(service: DescService): readonly Diagnostic[] {
  const methods = unaryMethods(service);
  return [
    ...(isIdentifier(service.name) && !refusedValues.has(service.name) ? [] : [unusable(service)]),
    ...methods.flatMap(checkMethod),
    ...checkDistinct(methods, memberName),
  ];
}

function checkMethod(method: DescMethod): readonly Diagnostic[] {
  // An object's __proto__ is its prototype, whatever is assigned.
  const isUsable = isIdentifier(method.name) && method.name !== "__proto__";
  const messages = [method.input, method.output].filter((message) => !isTypeName(message));
  return [
    ...(isUsable ? [] : [unusable(method)]),
    ...messages.map((message) =>
      invalidName(
        sourcePosition(method),
        `${method.toString()} uses ${message.toString()}, a name that TypeScript cannot use`,
      ),
    ),
  ];
}

/** A service called ErrUser makes a constant errUserGrain, as does a reason USER_GRAIN. */
function checkReasons(file: DescFile): readonly Diagnostic[] {
  const descriptions = new Map(file.services.map((service) => [grainNames(service).description, service]));
  return (errorReasons(file)?.values ?? []).flatMap((reason): Diagnostic[] => {
    const service = descriptions.get(reasonNames(reason).err) ?? descriptions.get(reasonNames(reason).is);
    return service ? [collision(reason, service, grainNames(service).description)] : [];
  });
}

/** Names that a const cannot have in a module; protoc-gen-es prints a service as one. */
const refusedValues: ReadonlySet<string> = new Set(["arguments", "await", "eval", "undefined"]);

function checkDistinct<Desc extends Declared>(
  declared: readonly Desc[],
  printedName: (desc: Desc) => string,
): readonly Diagnostic[] {
  const first = new Map<string, Desc>();
  return declared.flatMap((desc): Diagnostic[] => {
    const name = printedName(desc);
    const other = first.get(name);
    first.set(name, other ?? desc);
    return other ? [collision(desc, other, name)] : [];
  });
}

function collision(desc: Declared, other: Declared, name: string): Diagnostic {
  const both = `${desc.toString()} and ${other.toString()} (${sourcePosition(other)})`;
  const message = `${sourcePosition(desc)}: ${both} would both print ${name}. Rename one of them.`;
  return { code: "name_collision", message };
}

function unusable(desc: DescService | DescMethod): Diagnostic {
  return invalidName(sourcePosition(desc), `${desc.toString()} has a name that TypeScript cannot use`);
}

function invalidName(position: string, problem: string): Diagnostic {
  return { code: "invalid_name", message: `${position}: ${problem}. Rename it.` };
}
