import type { DescFile } from "@bufbuild/protobuf";
import type { GeneratedFile } from "@bufbuild/protoplugin";
import type { CodecPlan } from "../codec/codec-plan.ts";
import { withNameSlices } from "./name-slices.ts";
import { type RuntimeSymbols, runtimeSymbols } from "./runtime-symbols.ts";
import { type SourceCommented, withSourceComments } from "./source-comments.ts";

/** A generated file and what is printed in it again and again. */
export interface GrainOutput extends SourceCommented {
  readonly symbols: RuntimeSymbols;
  /** `Promise`, or `globalThis.Promise` where the file imports something of that name. */
  readonly promise: string;
  readonly file: DescFile;
  readonly codecs: CodecPlan;
}

/** Prepares a generated file for the grains of a .proto file. */
export function grainOutput(f: GeneratedFile, file: DescFile, codecs: CodecPlan): GrainOutput {
  const printed = withSourceComments(withNameSlices(f), file);
  const promise = importsPromise(file) ? "globalThis.Promise" : "Promise";
  return { ...printed, symbols: runtimeSymbols(f), promise, file, codecs };
}

function importsPromise({ services }: DescFile): boolean {
  return services.some(
    ({ name, methods }) =>
      name === "Promise" || methods.some(({ input, output }) => isPromise(input) || isPromise(output)),
  );
}

function isPromise({ name, parent }: DescFile["messages"][number]): boolean {
  return name === "Promise" && !parent;
}
