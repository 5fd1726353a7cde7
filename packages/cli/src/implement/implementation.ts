import type { ts } from "ts-morph";
import type { Contract, ContractMethod } from "./contract.ts";
import type { Insertion } from "./edit.ts";
import { importInsertions, moduleFrom, type Need } from "./imports.ts";
import { baseOf, classesOf, hasModifier, lineOf, methodsOf, type Syntax } from "./syntax.ts";

/** What every grain may have beside its rpcs. */
const hooks = new Set(["onActivate", "onDeactivate", "onMessage"]);
const grainError: Need = {
  exported: "GrainError",
  local: "GrainError",
  module: "@ts-grain/cluster",
  isType: false,
};

/** The classes of a file that extend a kind's abstract class and can be instantiated. */
export function implementationsIn(file: Syntax, { base }: Contract): readonly ts.ClassDeclaration[] {
  return classesOf(file).filter(
    (declaration) => baseOf(declaration) === base && !hasModifier(declaration, "abstract"),
  );
}

/** What must be put into a file so that the class has every rpc of the contract. */
export function missingFrom(declaration: ts.ClassDeclaration, contract: Contract): readonly Insertion[] {
  const present = new Set(methodsOf(declaration).map(({ name }) => name));
  const missing = contract.methods.filter(({ name }) => !present.has(name));
  if (missing.length === 0) return [];
  const file = declaration.getSourceFile();
  const indent = indentOf(declaration);
  const stubs = missing.map((method) => printStub(contract.kind, method, indent));
  const end = declaration.getEnd() - 1;
  const line = startOfLine(file.text, end);
  const isAlone = file.text.slice(line, end).trim() === "";
  const separator = declaration.members.length > 0 ? "\n" : "";
  const text = `${isAlone ? "" : "\n"}${separator}${stubs.join("\n")}`;
  const position = isAlone ? line : end;
  return [...importInsertions(file, needsOf(contract, missing, file.fileName)), { position, text }];
}

/** Methods that say they override an rpc which the contract does not have any more: where they are. */
export function leftOver(
  declaration: ts.ClassDeclaration,
  contract: Contract,
): readonly { readonly name: string; readonly line: number }[] {
  const known = new Set(contract.methods.map(({ name }) => name));
  return methodsOf(declaration)
    .filter(({ name, node }) => hasModifier(node, "override") && !known.has(name) && !hooks.has(name))
    .map(({ name, node }) => ({ name, line: lineOf(node) }));
}

/** What a new class is called. */
export function classNameOf({ kind, methods }: Contract): string {
  return methods.some(({ request }) => request.local === kind) ? `${kind}Implementation` : kind;
}

/** A new file with a class that has a stub for each rpc. */
export function printImplementation(contract: Contract, path: string): string {
  const { kind, base, methods } = contract;
  const generated: Need = {
    exported: base,
    local: base,
    module: moduleFrom(path, { path: contract.path, module: `./${contract.path.split(/[\\/]/).at(-1)}` }),
    isType: false,
  };
  const needs = needsOf(contract, methods, path);
  const imports = [...(methods.length > 0 ? needs : []), generated];
  const groups = Map.groupBy(imports.toSorted(byModule), ({ module, isType }) => `${module} ${isType}`);
  const lines = [...groups.values()].map((group) => {
    const names = [
      ...new Set(
        group.map(({ exported, local }) => (exported === local ? local : `${exported} as ${local}`)),
      ),
    ];
    return `import ${group[0]?.isType ? "type " : ""}{ ${names.join(", ")} } from "${group[0]?.module}";\n`;
  });
  const stubs = methods.map((method) => printStub(kind, method, "  ")).join("\n");
  return `${lines.join("")}\nexport class ${classNameOf(contract)} extends ${base} {\n${stubs}}\n`;
}

function needsOf(contract: Contract, methods: readonly ContractMethod[], path: string): readonly Need[] {
  return [
    grainError,
    ...methods.map(({ request: { exported, local, module } }) => ({
      exported,
      local,
      module: moduleFrom(path, { path: contract.path, module }),
      isType: true,
    })),
  ];
}

function printStub(kind: string, { name, request }: ContractMethod, indent: string): string {
  return [
    `${indent}override ${name}(_request: ${request.local}): never {`,
    `${indent}${indent}throw new GrainError("UNIMPLEMENTED", "${kind}.${name} is not implemented yet");`,
    `${indent}}`,
    "",
  ].join("\n");
}

/** Packages before files, each in the order of the alphabet. */
function byModule(one: Need, other: Need): number {
  const isFile = ({ module }: Need): number => (module.startsWith(".") ? 1 : 0);
  return isFile(one) - isFile(other) || (one.module < other.module ? -1 : Number(one.module > other.module));
}

/** As the class's first member is indented; two spaces where there is none. */
function indentOf(declaration: ts.ClassDeclaration): string {
  const [first] = declaration.members;
  if (!first) return "  ";
  const { text } = declaration.getSourceFile();
  const indent = text.slice(startOfLine(text, first.getStart()), first.getStart());
  return /^[ \t]+$/.test(indent) ? indent : "  ";
}

function startOfLine(text: string, position: number): number {
  return text.lastIndexOf("\n", position - 1) + 1;
}
