import type { DescFile } from "@bufbuild/protobuf";
import type { Schema } from "@bufbuild/protoplugin";
import { checkFiles } from "./check/file-names.ts";
import { checkNames } from "./check/names.ts";
import { checkOptions } from "./check/options.ts";
import { checkStreaming, skippedWarning } from "./check/streaming.ts";
import { noCodecs, planCodecs } from "./codec/codec-plan.ts";
import { ContractReader } from "./contract/contract-reader.ts";
import { errorReasons } from "./error-reasons.ts";
import { keepLock } from "./lock/keep-lock.ts";
import { codecFile, outputFile } from "./output-file.ts";
import { type Diagnostic, PluginError } from "./plugin-error.ts";
import type { PluginParameters } from "./plugin-parameters.ts";
import { printCodecFile } from "./print/codec/codec-file.ts";
import { codecOutput } from "./print/codec/codec-output.ts";
import { printGrainFile } from "./print/grain-file.ts";
import { grainOutput } from "./print/grain-output.ts";

/**
 * Checks all files that will be printed, compares them with the contract lock if there is to be one, then prints them.
 *
 * @throws PluginError with everything that is wrong; then nothing was printed, and the lock is as it was.
 */
export function generate(schema: Schema<PluginParameters>, warn: (message: string) => void): void {
  const contracts = new ContractReader(schema.allFiles);
  const diagnostics = check(schema, contracts);
  if (diagnostics.length > 0) throw new PluginError(diagnostics);
  const { lock } = schema.options;
  if (lock !== undefined) keepLock(lock, { files: schema.files, contracts });
  for (const file of schema.files) {
    for (const method of file.services.flatMap(({ methods }) => methods)) {
      if (method.methodKind !== "unary") warn(skippedWarning(method));
    }
    const plan = schema.options.codecs === "on" ? planCodecs(file) : noCodecs;
    const f = grainOutput(schema.generateFile(outputFile(file)), file, plan);
    printGrainFile(f, file, contracts);
    if (schema.options.codecs === "on")
      printCodecFile(codecOutput(schema.generateFile(codecFile(file)), file, plan), file);
  }
}

function check(
  { files, options }: Schema<PluginParameters>,
  contracts: ContractReader,
): readonly Diagnostic[] {
  const printed = options.keepEmptyFiles ? files : files.filter(hasGrains);
  const services = printed.flatMap((file) => file.services);
  return [
    ...checkFiles(printed),
    ...printed.flatMap(checkNames),
    ...checkOptions(services, contracts),
    ...(options.streaming === "error" ? services.flatMap(checkStreaming) : []),
  ];
}

function hasGrains(file: DescFile): boolean {
  return file.services.length > 0 || errorReasons(file) !== undefined;
}
