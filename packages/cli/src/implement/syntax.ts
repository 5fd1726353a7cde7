import { ts } from "ts-morph";

/** A file of TypeScript, parsed as it is. */
export type Syntax = ts.SourceFile;

/** Parses a file; what cannot be parsed is left as the parser understands it. */
export function parse(path: string, text: string): Syntax {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

/** Whether the parser understood all of it. */
export function isWhole(file: Syntax): boolean {
  return (file as Syntax & { readonly parseDiagnostics: readonly unknown[] }).parseDiagnostics.length === 0;
}

/** All nodes of a kind in a file, in their order. */
export function nodesOf<T extends ts.Node>(file: Syntax, is: (node: ts.Node) => node is T): readonly T[] {
  const found: T[] = [];
  const visit = (node: ts.Node): void => {
    if (is(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The classes of a file, wherever in it they are. */
export function classesOf(file: Syntax): readonly ts.ClassLikeDeclaration[] {
  return nodesOf(file, ts.isClassLike);
}

/** What a class extends, as its module calls it: `B` of `extends B`, of `extends generated.B` and of `extends mixin(B)`. */
export function basesOf(declaration: ts.ClassLikeDeclaration): readonly string[] {
  return namesAfter(declaration, ts.SyntaxKind.ExtendsKeyword);
}

/** The interfaces that a class says it implements, as their modules call them. */
export function interfacesOf(declaration: ts.ClassLikeDeclaration): readonly string[] {
  return namesAfter(declaration, ts.SyntaxKind.ImplementsKeyword);
}

function namesAfter(declaration: ts.ClassLikeDeclaration, keyword: ts.SyntaxKind): readonly string[] {
  const file = declaration.getSourceFile();
  const clauses = declaration.heritageClauses?.filter(({ token }) => token === keyword) ?? [];
  return clauses.flatMap(({ types }) => types.flatMap(({ expression }) => namesIn(expression, file)));
}

function namesIn(expression: ts.Expression, file: Syntax): readonly string[] {
  if (ts.isIdentifier(expression)) return [exportedName(file, expression.text)];
  if (ts.isPropertyAccessExpression(expression)) return [expression.name.text];
  if (!ts.isCallExpression(expression)) return [];
  return expression.arguments.flatMap((argument) => namesIn(argument, file));
}

/** What the module that a name comes from calls it. */
export function exportedName(file: Syntax, local: string): string {
  return importsOf(file).find((imported) => imported.local === local)?.exported ?? local;
}

/** A method of a class that has a plain name. */
export interface NamedMethod {
  readonly name: string;
  readonly node: ts.MethodDeclaration | ts.PropertyDeclaration | ts.GetAccessorDeclaration;
}

/** The methods of a class, and the fields that may hold functions. */
export function methodsOf(declaration: ts.ClassLikeDeclaration): readonly NamedMethod[] {
  return declaration.members.flatMap((node) =>
    isMethodLike(node) && isPlainName(node.name) ? [{ name: node.name.text, node }] : [],
  );
}

function isMethodLike(node: ts.Node): node is NamedMethod["node"] {
  return ts.isMethodDeclaration(node) || ts.isPropertyDeclaration(node) || ts.isGetAccessorDeclaration(node);
}

function isPlainName(name: ts.PropertyName): name is ts.Identifier | ts.StringLiteral {
  return ts.isIdentifier(name) || ts.isStringLiteral(name);
}

/** Whether a declaration is marked so. */
export function hasModifier(node: ts.HasModifiers, kind: "abstract" | "override"): boolean {
  const wanted = kind === "abstract" ? ts.SyntaxKind.AbstractKeyword : ts.SyntaxKind.OverrideKeyword;
  return node.modifiers?.some((modifier) => modifier.kind === wanted) ?? false;
}

/** A name that a file imports. */
export interface ImportedName {
  /** What it is called in this file. */
  readonly local: string;
  /** What the module calls it. */
  readonly exported: string;
  readonly module: string;
  readonly declaration: ts.ImportDeclaration;
  readonly isType: boolean;
}

/** All that a file imports by name. */
export function importsOf(file: Syntax): readonly ImportedName[] {
  return file.statements.flatMap((declaration) => {
    if (!ts.isImportDeclaration(declaration) || !ts.isStringLiteral(declaration.moduleSpecifier)) return [];
    const { importClause, moduleSpecifier } = declaration;
    const bindings = importClause?.namedBindings;
    if (!importClause || !bindings || !ts.isNamedImports(bindings)) return [];
    const isTypeOnly = importClause.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return bindings.elements.map((element) => ({
      local: element.name.text,
      exported: (element.propertyName ?? element.name).text,
      module: moduleSpecifier.text,
      declaration,
      isType: isTypeOnly || element.isTypeOnly,
    }));
  });
}

/** The line of a node, from 1. */
export function lineOf(node: ts.Node): number {
  return node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1;
}
