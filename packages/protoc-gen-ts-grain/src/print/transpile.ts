import { createRequire } from "node:module";
import type { FileInfo } from "@bufbuild/protoplugin";
import type { ts as TypeScript } from "ts-morph";
import { layOutEmitted } from "./emitted-lines.ts";

const require = createRequire(import.meta.url);

/** Which files to make of each TypeScript file. */
export interface TranspileTargets {
  readonly js: boolean;
  readonly dts: boolean;
  /** Of the JavaScript; declarations are always modules. */
  readonly importStyle: "module" | "legacy_commonjs";
}

/**
 * Turns the generated TypeScript into JavaScript and declarations, each file on its own.
 *
 * protoplugin's own transpiler checks types against the lib files of whichever `typescript` is installed beside it, and
 * TypeScript 7 has none there. Nothing here needs to know types: generated code spells out its own.
 */
export function transpile(files: readonly FileInfo[], targets: TranspileTargets): FileInfo[] {
  // Loaded late, as it takes longer than all the rest, and target=ts does without.
  const { ts } = require("ts-morph") as typeof import("ts-morph");
  const isModule = targets.importStyle === "module";
  const compilerOptions: TypeScript.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: isModule ? ts.ModuleKind.ESNext : ts.ModuleKind.CommonJS,
    verbatimModuleSyntax: isModule,
    newLine: ts.NewLineKind.LineFeed,
  };
  return files.flatMap(({ name, content, preamble }) => {
    const options = { fileName: name, compilerOptions };
    const emitted = (extension: string, { outputText }: TypeScript.TranspileOutput): FileInfo => ({
      name: name.replace(/\.ts$/, extension),
      content: layOutEmitted(outputText),
      preamble,
    });
    return [
      ...(targets.js ? [emitted(".js", ts.transpileModule(content, options))] : []),
      ...(targets.dts ? [emitted(".d.ts", ts.transpileDeclaration(content, options))] : []),
    ];
  });
}
