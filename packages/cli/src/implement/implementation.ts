import type { ts } from "ts-morph";
import type { Contract, ContractMethod } from "./contract.ts";
import type { Insertion } from "./edit.ts";
import { importInsertions, moduleFrom, type Need } from "./imports.ts";
import { basesOf, classesOf, hasModifier, interfacesOf, lineOf, methodsOf, type Syntax } from "./syntax.ts";

/** What every grain may have beside its rpcs. */
const hooks = new Set(["onActivate", "onDeactivate", "onMessage"]);
const grainError: Need = {
  exported: "GrainError",
  local: "GrainError",
  module: "@ts-grain/cluster",
  isType: false,
};

/** A class that implements a kind. */
export interface Implementation {
  readonly declaration: ts.ClassLikeDeclaration;
  /** Which one of its file it is, in their order. */
  readonly index: number;
  /** Itself, and the classes between it and the kind's abstract class. */
  readonly chain: readonly ts.ClassLikeDeclaration[];
  /** What its methods begin with. */
  readonly modifier: "" | "override ";
}

/**
 * The classes of a file that implement a kind and can be instantiated: they extend its abstract class, directly or
 * through other classes of the project, or say that they implement its interface.
 */
export function implementationsIn(
  file: Syntax,
  contract: Contract,
  project: readonly Syntax[],
): readonly Implementation[] {
  const others = new Map(
    project.flatMap(classesOf).flatMap((each) => (each.name ? [[each.name.text, each] as const] : [])),
  );
  return classesOf(file).flatMap((declaration, index): Implementation[] => {
    if (hasModifier(declaration, "abstract")) return [];
    const chain = chainTo(contract.base, declaration, others);
    if (chain) return [{ declaration, index, chain, modifier: "override " }];
    return interfacesOf(declaration).includes(interfaceOf(contract))
      ? [{ declaration, index, chain: [declaration], modifier: "" }]
      : [];
  });
}

/** The classes from one up to, and without, the one with the wanted name; undefined if it does not extend that. */
function chainTo(
  wanted: string,
  declaration: ts.ClassLikeDeclaration,
  others: ReadonlyMap<string, ts.ClassLikeDeclaration>,
): readonly ts.ClassLikeDeclaration[] | undefined {
  const chain: ts.ClassLikeDeclaration[] = [];
  for (let each: ts.ClassLikeDeclaration | undefined = declaration; each && !chain.includes(each); ) {
    chain.push(each);
    const bases: readonly string[] = basesOf(each);
    if (bases.includes(wanted)) return chain;
    each = bases.map((name) => others.get(name)).find((found) => found !== undefined);
  }
  return undefined;
}

function interfaceOf({ base }: Contract): string {
  return base.replace(/Kind$/, "Grain");
}

/** What must be put into a file so that the class has every rpc of the contract. */
export function missingFrom(
  { declaration, chain, modifier }: Implementation,
  contract: Contract,
): readonly Insertion[] {
  const present = new Set(chain.flatMap(methodsOf).map(({ name }) => name));
  const missing = contract.methods.filter(({ name }) => !present.has(name));
  if (missing.length === 0) return [];
  const file = declaration.getSourceFile();
  const indent = indentOf(declaration);
  const stubs = missing.map((method) => printStub(contract.kind, method, { ...indent, modifier }));
  const end = declaration.getEnd() - 1;
  const line = startOfLine(file.text, end);
  const isAlone = file.text.slice(line, end).trim() === "";
  const separator = declaration.members.length > 0 ? "\n" : "";
  const before = isAlone ? separator : `\n${separator}`;
  const text = `${before}${stubs.join("\n")}${isAlone ? "" : indentBefore(declaration)}`;
  const position = isAlone ? line : end;
  return [...importInsertions(file, needsOf(contract, missing, file.fileName)), { position, text }];
}

/** Methods that say they override an rpc which the contract does not have any more: where they are. */
export function leftOver(
  { declaration, chain, modifier }: Implementation,
  contract: Contract,
): readonly { readonly name: string; readonly line: number }[] {
  // What overrides another class may be that class's affair.
  if (chain.length > 1 || modifier === "") return [];
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
  const stubs = methods
    .map((method) => printStub(kind, method, { outer: "  ", inner: "    ", modifier: "override " }))
    .join("\n");
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

/** How a stub is written. */
interface StubStyle extends Indent {
  readonly modifier: "" | "override ";
}

function printStub(
  kind: string,
  { name, request }: ContractMethod,
  { outer, inner, modifier }: StubStyle,
): string {
  return [
    `${outer}${modifier}${name}(_request: ${request.local}): never {`,
    `${inner}throw new GrainError("UNIMPLEMENTED", "${kind}.${name} is not implemented yet");`,
    `${outer}}`,
    "",
  ].join("\n");
}

/** Packages before files, each in the order of the alphabet. */
function byModule(one: Need, other: Need): number {
  const isFile = ({ module }: Need): number => (module.startsWith(".") ? 1 : 0);
  return isFile(one) - isFile(other) || (one.module < other.module ? -1 : Number(one.module > other.module));
}

/** What lines of a class begin with. */
interface Indent {
  /** Members. */
  readonly outer: string;
  /** What is in them. */
  readonly inner: string;
}

/** As the class's first member is indented; by two spaces where there is none. */
function indentOf(declaration: ts.ClassLikeDeclaration): Indent {
  const own = indentBefore(declaration);
  const [first] = declaration.members;
  const outer = first ? indentBefore(first) : "";
  if (outer.length <= own.length || !outer.startsWith(own)) return { outer: `${own}  `, inner: `${own}    ` };
  return { outer, inner: `${outer}${outer.slice(own.length)}` };
}

/** The blank beginning of the line where a node begins. */
function indentBefore(node: ts.Node): string {
  const { text } = node.getSourceFile();
  return /^[ \t]*/.exec(text.slice(startOfLine(text, node.getStart())))?.[0] ?? "";
}

function startOfLine(text: string, position: number): number {
  return text.lastIndexOf("\n", position - 1) + 1;
}
