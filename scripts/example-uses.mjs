// Which exports an example uses: those that it names, and those that are the type of something in it, so that
// `oneForOne({ maxRestarts: 3 })` uses RestartOptions. Asked of the compiler inside ts-morph.
import { Project, ts } from "ts-morph";

/**
 * @param {{ files: readonly string[], entries: readonly string[], options: ts.CompilerOptions }} project the
 *   examples' files, and the declaration files of the packages' entries
 * @returns {{ uses: (file: string, entry: string, name: string) => boolean, unusedImports: (file: string) => string[] }}
 */
export function readUses({ files, entries, options }) {
  const project = new Project({ compilerOptions: options });
  for (const path of [...files, ...entries]) project.addSourceFileAtPath(path);
  const program = project.getProgram().compilerObject;
  const checker = program.getTypeChecker();
  const exportsByEntry = new Map(entries.map((entry) => [entry, exportsOf(program, checker, entry)]));
  const usedByFile = new Map(files.map((file) => [file, usedSymbols(program.getSourceFile(file), checker)]));
  return {
    uses: (file, entry, name) => usedByFile.get(file).has(exportsByEntry.get(entry).get(name)),
    unusedImports: (file) => unusedImports(program.getSourceFile(file)),
  };
}

function exportsOf(program, checker, entry) {
  const file = program.getSourceFile(entry);
  if (!file) throw new Error(`${entry} is missing; build first: npm run build`);
  const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(file));
  return new Map(symbols.map((symbol) => [symbol.name, behind(symbol, checker)]));
}

/** The declaration's own symbol. */
function behind(symbol, checker) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function usedSymbols(file, checker) {
  const used = new Set();
  const addType = (type) => {
    if (!type) return;
    used.add(type.aliasSymbol).add(type.symbol);
    if (type.isUnion()) for (const member of type.types) used.add(member.aliasSymbol).add(member.symbol);
    for (const argument of checker.isArrayType(type) ? checker.getTypeArguments(type) : []) addType(argument);
  };
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) return;
    if (ts.isIdentifier(node)) {
      const symbol = checker.getSymbolAtLocation(node);
      if (symbol) used.add(behind(symbol, checker));
    }
    if (ts.isExpression(node)) {
      addType(checker.getTypeAtLocation(node));
      addType(checker.getContextualType(node));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return used;
}

function unusedImports(file) {
  const imported = [];
  const named = new Set();
  const visit = (node) => {
    if (ts.isImportSpecifier(node)) imported.push(node.name.text);
    else if (ts.isIdentifier(node)) named.add(node.text);
    if (!ts.isImportSpecifier(node)) ts.forEachChild(node, visit);
  };
  visit(file);
  return imported.filter((name) => !named.has(name));
}
