import type { DescFile } from "@bufbuild/protobuf";
import type { GeneratedFile, ImportSymbol } from "@bufbuild/protoplugin";

/** Path of the generated file, beside the one that protoc-gen-es prints. */
export function outputFile(file: DescFile): string {
  return `${file.name}_grain.ts`;
}

/** Path of the generated file for the codecs of what its grains exchange. */
export function codecFile(file: DescFile): string {
  return `${file.name}_codec.ts`;
}

/** A name that the file of codecs declares: there, where it is printed, imports of the same name get an alias. */
export function codecName(f: Pick<GeneratedFile, "import">, file: DescFile, name: string): ImportSymbol {
  return f.import(name, `./${file.name}_codec.js`);
}

/**
 * A name that the generated file declares itself, as a parameter or a constant. Where such a name is printed, an import
 * of the same name – of a service called `caller`, say – gets an alias.
 */
export function ownName(f: Pick<GeneratedFile, "import">, file: DescFile, name: string): ImportSymbol {
  return f.import(name, `./${file.name}_grain.js`);
}
