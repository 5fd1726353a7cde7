import type { Schema } from "@bufbuild/protoplugin";
import { checkFiles } from "./check/file-names.ts";
import { checkNames } from "./check/names.ts";
import { checkStreaming, skippedWarning } from "./check/streaming.ts";
import { outputFile } from "./output-file.ts";
import { type Diagnostic, PluginError } from "./plugin-error.ts";
import type { PluginParameters } from "./plugin-parameters.ts";
import { printGrainFile } from "./print/grain-file.ts";

/**
 * Checks all files that will be printed, then prints them.
 *
 * @throws PluginError with everything that is wrong; then nothing was printed.
 */
export function generate(schema: Schema<PluginParameters>, warn: (message: string) => void): void {
  const diagnostics = check(schema);
  if (diagnostics.length > 0) throw new PluginError(diagnostics);
  for (const file of schema.files) {
    for (const method of file.services.flatMap(({ methods }) => methods)) {
      if (method.methodKind !== "unary") warn(skippedWarning(method));
    }
    printGrainFile(schema.generateFile(outputFile(file)), file);
  }
}

function check({ files, options }: Schema<PluginParameters>): readonly Diagnostic[] {
  const printed = options.keepEmptyFiles ? files : files.filter(({ services }) => services.length > 0);
  const services = printed.flatMap((file) => file.services);
  return [
    ...checkFiles(printed),
    ...printed.flatMap(checkNames),
    ...(options.streaming === "error" ? services.flatMap(checkStreaming) : []),
  ];
}
