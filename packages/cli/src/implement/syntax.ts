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

/** The classes of a file, at its top level. */
export function classesOf(file: Syntax): readonly ts.ClassDeclaration[] {
  return file.statements.filter((statement) => ts.isClassDeclaration(statement));
}

/** The name of the class that a class extends, if it is a plain name. */
export function baseOf(declaration: ts.ClassDeclaration): string | undefined {
  const clause = declaration.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
  const expression = clause?.types[0]?.expression;
  return expression && ts.isIdentifier(expression) ? expression.text : undefined;
}

/** A method of a class that has a plain name. */
export interface NamedMethod {
  readonly name: string;
  readonly node: ts.MethodDeclaration | ts.PropertyDeclaration;
}

/** The methods of a class, and the fields that may hold functions. */
export function methodsOf(declaration: ts.ClassDeclaration): readonly NamedMethod[] {
  return declaration.members.flatMap((node) =>
    (ts.isMethodDeclaration(node) || ts.isPropertyDeclaration(node)) && isPlainName(node.name)
      ? [{ name: node.name.text, node }]
      : [],
  );
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
