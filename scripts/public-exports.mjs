// What the published packages export, each with the doc comment of its declaration: what examples are taken from.
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { ts } from "ts-morph";
import { parse } from "./source-file.mjs";
import { publicPackages } from "./workspaces.mjs";

const isGenerated = (path) => path.includes("/gen/");

/**
 * Every export that a published package declares itself, once, under the first entry that has it. Generated code is
 * left out: its contract explains it.
 *
 * @typedef {{ code: string, line: number }} Example `line` is that of the code's first line in its file
 * @typedef {{ folder: string, entry: string, types: string, name: string, isType: boolean, path: string, line: number,
 *   examples: Example[], seen: string[] }} PublicExport `types` is the declaration file of the entry; `seen` are the
 *   names behind `@see`
 * @returns {PublicExport[]}
 */
export function publicExports() {
  const found = new Map();
  for (const { folder, name } of publicPackages()) {
    for (const [subpath, target] of Object.entries(manifestOf(folder).exports ?? {})) {
      if (typeof target === "string") continue; // a file, such as package.json
      const source = posix.join(folder, target["@ts-grain/source"]);
      if (isGenerated(source)) continue;
      const place = { folder, entry: posix.join(name, subpath), types: posix.join(folder, target.types) };
      for (const each of exportsOf(source)) {
        const key = `${each.path}#${each.name}`;
        if (!found.has(key)) found.set(key, { ...place, ...each });
      }
    }
  }
  return [...found.values()];
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

function exportsOf(path) {
  const file = parse(path, readFileSync(path, "utf8"));
  return file.statements.filter(ts.isExportDeclaration).flatMap((node) => {
    const target = posix.join(posix.dirname(path), node.moduleSpecifier.text);
    if (!node.moduleSpecifier.text.startsWith(".") || isGenerated(target)) return [];
    return node.exportClause.elements.flatMap((element) =>
      declarationOf(target, (element.propertyName ?? element.name).text),
    );
  });
}

/** Follows re-exports to where a name is declared. Another package documents its own names. */
function declarationOf(path, name) {
  if (!existsSync(path)) return [];
  const file = parse(path, readFileSync(path, "utf8"));
  for (const node of file.statements) {
    if (ts.isExportDeclaration(node)) {
      const passedOn = node.exportClause?.elements?.find((element) => element.name.text === name);
      if (!passedOn || !node.moduleSpecifier) continue;
      const target = posix.join(posix.dirname(path), node.moduleSpecifier.text);
      if (!node.moduleSpecifier.text.startsWith(".") || isGenerated(target)) return [];
      return declarationOf(target, (passedOn.propertyName ?? passedOn.name).text);
    }
  }
  const nodes = file.statements.filter((node) => namesOf(node).includes(name));
  return nodes.length === 0 ? [] : [describe(path, name, nodes)];
}

function namesOf(node) {
  return ts.isVariableStatement(node)
    ? node.declarationList.declarations.map((declaration) => declaration.name.getText())
    : [node.name?.text];
}

/** A name with several declarations, such as overloads, has one doc comment at least. */
function describe(path, name, nodes) {
  const [first] = nodes;
  const tags = nodes.flatMap((node) => ts.getJSDocTags(node));
  return {
    path,
    name,
    line: first.getSourceFile().getLineAndCharacterOfPosition(first.getStart()).line + 1,
    isType: nodes.every((node) => ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)),
    examples: tags.filter((tag) => tag.tagName.text === "example").map(exampleOf),
    seen: tags
      .filter((tag) => tag.tagName.text === "see")
      .flatMap((tag) => [...tag.getText().matchAll(/\{@link (\w+)/g)].map(([, link]) => link)),
  };
}

/** The code of an `@example`, as it stands in the file but without the stars. */
function exampleOf(tag) {
  const file = tag.getSourceFile();
  const { line } = file.getLineAndCharacterOfPosition(tag.getStart());
  const lines = file.text
    .slice(tag.getStart(), tag.parent.end - "*/".length)
    .split("\n")
    .slice(1);
  const end = lines.findIndex((text) => /^\s*\* @\w/.test(text));
  const own = (end < 0 ? lines : lines.slice(0, end)).map((text) => text.replace(/^\s*\* ?/, ""));
  return { code: `${own.join("\n").trimEnd()}\n`, line: line + 2 };
}
