// What a package's entry files export, and whether a reader is told what it is.
import { posix } from "node:path";
import { ts } from "ts-morph";
import { lineOf } from "./source-file.mjs";

const entryFile = /(^|\/)index\.ts$/;

/**
 * Problems of all entry files (`index.ts`) among the sources: an entry only re-exports, by name, and every name
 * carries a doc comment where it is declared.
 *
 * @param {readonly { path: string, file: ts.SourceFile }[]} sources with generated files, whose names are taken as told
 */
export function findSurfaceProblems(sources) {
  const byPath = new Map(sources.map((source) => [source.path, source.file]));
  return sources
    .filter(({ path }) => entryFile.test(path))
    .flatMap(({ path, file }) => file.statements.flatMap((node) => checkStatement(path, node, byPath)));
}

function checkStatement(path, node, byPath) {
  const at = `${path}:${lineOf(node)}`;
  if (!ts.isExportDeclaration(node) || !node.moduleSpecifier) return [`${at}: an entry file only re-exports`];
  if (!node.exportClause || !ts.isNamedExports(node.exportClause)) return [`${at}: re-export by name`];
  const target = node.moduleSpecifier.text;
  if (!target.startsWith(".")) return [];
  const targetPath = posix.join(posix.dirname(path), target);
  return node.exportClause.elements
    .map((element) => (element.propertyName ?? element.name).text)
    .filter((name) => !isTold(targetPath, name, byPath))
    .map((name) => `${at}: ${name} has no doc comment in ${targetPath}`);
}

function isTold(path, name, byPath) {
  const file = byPath.get(path);
  if (!file || path.includes("/gen/")) return true;
  const passedOn = file.statements.find(
    (node) => ts.isExportDeclaration(node) && node.exportClause?.elements?.some((e) => e.name.text === name),
  );
  if (passedOn?.moduleSpecifier) return true;
  return file.statements.some((node) => declares(node, name) && ts.getJSDocCommentsAndTags(node).length > 0);
}

function declares(node, name) {
  if (ts.isVariableStatement(node)) {
    return node.declarationList.declarations.some((declaration) => declaration.name.getText() === name);
  }
  return node.name?.text === name;
}
