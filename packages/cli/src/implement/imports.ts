import { dirname, join, relative, resolve, sep } from "node:path";
import { ts } from "ts-morph";
import type { Insertion } from "./edit.ts";
import { importsOf, type Syntax } from "./syntax.ts";

/** A name that a file needs. */
export interface Need {
  readonly exported: string;
  readonly local: string;
  /** As the file writes it. */
  readonly module: string;
  readonly isType: boolean;
}

/** A module of another file's import, as seen from a file. Names of packages stay as they are. */
export function moduleFrom(path: string, other: { readonly path: string; readonly module: string }): string {
  if (!other.module.startsWith(".")) return other.module;
  const target = resolve(dirname(other.path), other.module);
  const way = relative(dirname(resolve(path)), target)
    .split(sep)
    .join("/");
  return way.startsWith(".") ? way : `./${way}`;
}

/** What must be put in so that the file has the names; nothing for those that it has. */
export function importInsertions(file: Syntax, needs: readonly Need[]): readonly Insertion[] {
  const present = new Set(importsOf(file).map(({ local }) => local));
  const missing = [...new Map(needs.map((need) => [need.local, need])).values()].filter(
    ({ local }) => !present.has(local),
  );
  const [joining, separate] = partition(missing, (need) => declarationFor(file, need) !== undefined);
  const groups = Map.groupBy(separate, ({ module, isType }) => `${isType} ${module}`);
  return [
    ...joining.map((need) => joined(declarationFor(file, need)!, need)),
    ...[...groups.values()].map((group) => ({
      position: endOfImports(file),
      text: printImport(file, group),
    })),
  ];
}

/** The import from the same module that the name can join. */
function declarationFor(file: Syntax, { module, isType }: Need): ts.NamedImports | undefined {
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const { importClause, moduleSpecifier } = statement;
    const bindings = importClause?.namedBindings;
    if (!bindings || !ts.isNamedImports(bindings) || bindings.elements.length === 0) continue;
    const isTypeOnly = importClause.phaseModifier === ts.SyntaxKind.TypeKeyword;
    if (isSameModule(moduleSpecifier.text, module) && isTypeOnly === isType) return bindings;
  }
  return undefined;
}

/** `./x.ts`, `./x.js` and `./x` are one file. */
function isSameModule(one: string, other: string): boolean {
  const bare = (module: string): string => join(module).replace(/\.[cm]?[jt]s$/, "");
  return one === other || (one.startsWith(".") && other.startsWith(".") && bare(one) === bare(other));
}

function joined(bindings: ts.NamedImports, need: Need): Insertion {
  return { position: bindings.elements.at(-1)!.getEnd(), text: `, ${specifierOf(need)}` };
}

function printImport(file: Syntax, needs: readonly Need[]): string {
  const [{ module, isType }] = needs as readonly [Need, ...Need[]];
  const quote = /from '/.test(file.text) ? "'" : '"';
  const end = /from ["'][^"']*["']\n/.test(file.text) ? "" : ";";
  const names = needs.map(specifierOf).join(", ");
  return `import ${isType ? "type " : ""}{ ${names} } from ${quote}${module}${quote}${end}\n`;
}

function specifierOf({ exported, local }: Need): string {
  return exported === local ? local : `${exported} as ${local}`;
}

/** After the last import, at the beginning of a line; before everything if there is none. */
function endOfImports(file: Syntax): number {
  const last = file.statements.findLast((statement) => ts.isImportDeclaration(statement));
  if (!last) return 0;
  const newline = file.text.indexOf("\n", last.getEnd());
  return newline === -1 ? file.text.length : newline + 1;
}

function partition<T>(
  items: readonly T[],
  test: (item: T) => boolean,
): readonly [readonly T[], readonly T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
