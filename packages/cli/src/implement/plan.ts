import { join } from "node:path";
import type { ts } from "ts-morph";
import { type Contract, contractsIn } from "./contract.ts";
import { applyInsertions, type FileChange } from "./edit.ts";
import {
  classNameOf,
  implementationsIn,
  leftOver,
  missingFrom,
  printImplementation,
} from "./implementation.ts";
import { isWhole, parse, type Syntax } from "./syntax.ts";

/** What is to be done. */
export interface Plan {
  readonly changes: readonly FileChange[];
  /** What only people can do. */
  readonly remarks: readonly string[];
  /** What new classes still need. */
  readonly hints: readonly string[];
  /** Kinds that were found. */
  readonly kinds: number;
}

/** The files of a project, by path. */
export type Sources = ReadonlyMap<string, string>;

/**
 * Compares the kinds of generated files with the classes that implement them. Plans a new file for each kind without a
 * class, and insertions into classes that lack rpcs.
 *
 * @param out the folder for new files
 */
export function planImplementations(sources: Sources, out: string): Plan {
  const files = [...sources].map(([path, text]) => parse(path, text));
  const contracts = files.flatMap((file) => contractsIn(file));
  const changes = new Map<string, FileChange>();
  const hints: string[] = [];
  const remarks = files.flatMap((file) =>
    isWhole(file) || !contracts.some(({ base }) => file.text.includes(base))
      ? []
      : [`${file.fileName}: cannot be parsed, and is left alone`],
  );
  for (const contract of contracts) {
    const found = files.filter(isWhole).flatMap((file) => implementationsIn(file, contract));
    if (found.length === 0) {
      const change = newFile(contract, sources, out);
      if (change) {
        changes.set(change.path, change);
        hints.push(
          `${change.path}: give members new${contract.base}(() => new ${classNameOf(contract)}()) to host`,
        );
      } else remarks.push(`${newPath(contract, out)} exists, but no class in it extends ${contract.base}`);
    }
    for (const declaration of found) {
      const change = extendFile(declaration, contract, changes);
      if (change) changes.set(change.path, change);
      remarks.push(...describeLeftOver(declaration, contract));
    }
  }
  return { changes: [...changes.values()], remarks, hints, kinds: contracts.length };
}

function newPath({ kind }: Contract, out: string): string {
  const name = kind.replace(/(?<=[a-z0-9])([A-Z])|(?<=[A-Z])([A-Z](?=[a-z]))/g, "-$&").toLowerCase();
  return join(out, `${name}.ts`);
}

function newFile(contract: Contract, sources: Sources, out: string): FileChange | undefined {
  const path = newPath(contract, out);
  if (sources.has(path)) return undefined;
  return { path, before: undefined, after: printImplementation(contract, path) };
}

/** Several classes of one file are extended one after the other. */
function extendFile(
  declaration: ts.ClassDeclaration,
  contract: Contract,
  changes: ReadonlyMap<string, FileChange>,
): FileChange | undefined {
  const original = declaration.getSourceFile();
  const earlier = changes.get(original.fileName);
  const current = earlier
    ? again(parse(original.fileName, earlier.after), declaration, contract)
    : declaration;
  const insertions = current ? missingFrom(current, contract) : [];
  if (insertions.length === 0) return undefined;
  const before = earlier?.after ?? original.text;
  return { path: original.fileName, before: original.text, after: applyInsertions(before, insertions) };
}

function again(
  file: Syntax,
  { name }: ts.ClassDeclaration,
  contract: Contract,
): ts.ClassDeclaration | undefined {
  return implementationsIn(file, contract).find((each) => each.name?.text === name?.text);
}

function describeLeftOver(declaration: ts.ClassDeclaration, contract: Contract): string[] {
  const { fileName } = declaration.getSourceFile();
  return leftOver(declaration, contract).map(
    ({ name, line }) =>
      `${fileName}:${line}: ${contract.kind} has no rpc for ${name}; remove it or rename it`,
  );
}
