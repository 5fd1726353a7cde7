import type { DescFile } from "@bufbuild/protobuf";
import type { GeneratedFile, ImportSymbol } from "@bufbuild/protoplugin";

/** Path of the generated file, beside the one that protoc-gen-es prints. */
export function outputFile(file: DescFile): string {
  return `${file.name}_grain.ts`;
}

/**
 * A name that the generated file declares itself, as a parameter or a constant. Where such a name is printed, an import
 * of the same name – of a service called `caller`, say – gets an alias.
 */
export function ownName(f: Pick<GeneratedFile, "import">, file: DescFile, name: string): ImportSymbol {
  return f.import(name, `./${file.name}_grain.js`);
}
