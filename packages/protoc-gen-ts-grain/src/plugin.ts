import { createRequire } from "node:module";
import { create, maximumEdition, minimumEdition } from "@bufbuild/protobuf";
import {
  type CodeGeneratorRequest,
  type CodeGeneratorResponse,
  CodeGeneratorResponse_Feature,
  CodeGeneratorResponseSchema,
} from "@bufbuild/protobuf/wkt";
import { createEcmaScriptPlugin, type Plugin } from "@bufbuild/protoplugin";
import { generate } from "./generate.ts";
import { PluginError } from "./plugin-error.ts";
import { parseParameters } from "./plugin-parameters.ts";
import { layOutImports } from "./print/import-lines.ts";
import { layOutSignatures } from "./print/signature-lines.ts";
import { transpile } from "./print/transpile.ts";

const { version } = createRequire(import.meta.url)("../package.json") as { readonly version: string };

/**
 * How the plugin talks to who runs it.
 *
 * @see {@link createPlugin}
 */
export interface PluginOptions {
  /** Receives each warning, one line. Default: warnings are dropped. */
  readonly warn?: ((message: string) => void) | undefined;
}

/**
 * The plugin as an object, for tests and for programs that generate code themselves.
 *
 * What is wrong with the parameters or the .proto files is in the response's `error`, a line for each problem, as
 * protoc's protocol asks. `run` throws an Error if the request is no valid set of descriptors.
 *
 * @example
 * import { fromBinary, toBinary } from "@bufbuild/protobuf";
 * import {
 *   CodeGeneratorRequestSchema,
 *   CodeGeneratorResponseSchema,
 * } from "@bufbuild/protobuf/wkt";
 * import { createPlugin, type PluginOptions } from "protoc-gen-ts-grain";
 *
 * // What a compiler sends to the plugin's standard input, and what it gets back.
 * function generate(request: Uint8Array): Uint8Array {
 *   const options: PluginOptions = { warn: (message) => console.error(message) };
 *   const response = createPlugin(options).run(fromBinary(CodeGeneratorRequestSchema, request));
 *   return toBinary(CodeGeneratorResponseSchema, response);
 * }
 */
export function createPlugin({ warn = () => {} }: PluginOptions = {}): Plugin {
  const plugin = { name: "protoc-gen-ts-grain", version: `v${version}` };
  return { ...plugin, run: (request) => run(request, { ...plugin, warn }) };
}

interface Run {
  readonly name: string;
  readonly version: string;
  readonly warn: (message: string) => void;
}

function run(request: CodeGeneratorRequest, { name, version, warn }: Run): CodeGeneratorResponse {
  // One for each run: protoplugin's remembers the targets of the run before.
  const plugin = createEcmaScriptPlugin({
    name,
    version,
    parseOptions: parseParameters,
    generateTs: (schema) => generate(schema, warn),
    transpile: (files, js, dts, importStyle) => transpile(files, { js, dts, importStyle }),
  });
  try {
    if (request.fileToGenerate.length === 0) throw new PluginError([noFiles]);
    const response = plugin.run(request);
    for (const file of response.file) file.content = layOutSignatures(layOutImports(file.content));
    return response;
  } catch (error) {
    return refuse(error);
  }
}

const noFiles = {
  code: "no_files",
  message: "The request names no file to generate. Give the compiler at least one.",
} as const;

function refuse(reason: unknown): CodeGeneratorResponse {
  const { message } = toPluginError(reason);
  // With these, older compilers do not add that optional fields or editions are not supported.
  const features =
    CodeGeneratorResponse_Feature.PROTO3_OPTIONAL | CodeGeneratorResponse_Feature.SUPPORTS_EDITIONS;
  return create(CodeGeneratorResponseSchema, {
    error: message,
    supportedFeatures: BigInt(features),
    minimumEdition,
    maximumEdition,
  });
}

/** @throws what is neither about the .proto files nor about the parameters. */
function toPluginError(reason: unknown): PluginError {
  if (reason instanceof PluginError) return reason;
  // protoplugin does not export this class.
  if (!(reason instanceof Error && reason.name === "PluginOptionError")) throw reason;
  const message = `${reason.message}. docs/plugin.md lists the parameters.`;
  return new PluginError([{ code: "invalid_parameter", message }], { cause: reason });
}
