import { join } from "node:path";
import { type Contract, contractsIn } from "./contract.ts";
import { applyInsertions, type FileChange } from "./edit.ts";
import {
  classNameOf,
  type Implementation,
  implementationsIn,
  leftOver,
  missingFrom,
  printImplementation,
} from "./implementation.ts";
import { objectsIn } from "./implementing-object.ts";
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
  const whole = files.filter(isWhole);
  const project = whole.filter((file) => contractsIn(file).length === 0);
  for (const contract of contracts) {
    const found = project.flatMap((file) => implementationsIn(file, contract, project));
    const objects = project.flatMap((file) => describeObjects(file, contract));
    remarks.push(...objects.flatMap(({ remark }) => remark));
    if (found.length === 0 && objects.length === 0) {
      const change = newFile(contract, sources, out);
      if (change) {
        changes.set(change.path, change);
        hints.push(
          `${change.path}: give members new${contract.base}(() => new ${classNameOf(contract)}()) to host`,
        );
      } else remarks.push(`${newPath(contract, out)} exists, but no class in it extends ${contract.base}`);
    }
    for (const implementation of found) {
      const change = extendFile(implementation, { contract, changes, project });
      if (change) changes.set(change.path, change);
      remarks.push(...describeLeftOver(implementation, contract));
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

/** What is known while a plan is made. */
interface Planning {
  readonly contract: Contract;
  readonly changes: ReadonlyMap<string, FileChange>;
  readonly project: readonly Syntax[];
}

/** Several classes of one file are extended one after the other. */
function extendFile(
  implementation: Implementation,
  { contract, changes, project }: Planning,
): FileChange | undefined {
  const original = implementation.declaration.getSourceFile();
  const earlier = changes.get(original.fileName);
  const current = earlier
    ? implementationsIn(parse(original.fileName, earlier.after), contract, project).find(
        ({ index }) => index === implementation.index,
      )
    : implementation;
  const insertions = current ? missingFrom(current, contract) : [];
  if (insertions.length === 0) return undefined;
  const before = earlier?.after ?? original.text;
  return { path: original.fileName, before: original.text, after: applyInsertions(before, insertions) };
}

function describeObjects(file: Syntax, contract: Contract): { readonly remark: readonly string[] }[] {
  return objectsIn(file, contract).map(({ line, missing }) => ({
    remark:
      missing.length === 0
        ? []
        : [
            `${file.fileName}:${line}: this ${contract.kind} is an object, and lacks ${missing.join(", ")}; add it there`,
          ],
  }));
}

function describeLeftOver(implementation: Implementation, contract: Contract): string[] {
  const { fileName } = implementation.declaration.getSourceFile();
  return leftOver(implementation, contract).map(
    ({ name, line }) =>
      `${fileName}:${line}: ${contract.kind} has no rpc for ${name}; remove it or rename it`,
  );
}
