// Reads TypeScript for the structure check. TypeScript 7 has no JavaScript API, so the parser is the one inside
// ts-morph: a real parser, which comments, strings and templates cannot fool.
import { ts } from "ts-morph";

/**
 * Parses `text`. A file that cannot be parsed is an error, because it could not be checked.
 *
 * @param {string} path
 * @param {string} text
 * @returns {ts.SourceFile}
 */
export function parse(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const [broken] = file.parseDiagnostics;
  if (broken) throw new Error(`${path}: ${ts.flattenDiagnosticMessageText(broken.messageText, " ")}`);
  return file;
}

/**
 * Every node of a file, parents before children.
 *
 * @param {ts.SourceFile} file
 * @returns {ts.Node[]}
 */
export function nodesOf(file) {
  const nodes = [];
  const visit = (node) => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return nodes;
}

/**
 * The line of a node, counted from 1.
 *
 * @param {ts.Node} node
 * @returns {number}
 */
export function lineOf(node) {
  const file = node.getSourceFile();
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
}

/**
 * Every module that a file names: import, export from, `import()`, `import("x").Type`, `import type`.
 *
 * @param {ts.SourceFile} file
 * @returns {{ specifier: string, line: number }[]}
 */
export function importsOf(file) {
  return nodesOf(file).flatMap((node) => {
    const specifier = specifierOf(node);
    return specifier && ts.isStringLiteralLike(specifier)
      ? [{ specifier: specifier.text, line: lineOf(node) }]
      : [];
  });
}

function specifierOf(node) {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal;
  const dynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  return dynamic ? node.arguments[0] : undefined;
}
