import { compileFunction } from "node:vm";
import * as protobuf from "@bufbuild/protobuf";
import * as codegenv2 from "@bufbuild/protobuf/codegenv2";
import * as wkt from "@bufbuild/protobuf/wkt";
import type { ByteWriter, MessageReader } from "@ts-grain/cluster/codegenv1";
import * as codegenv1 from "@ts-grain/cluster/codegenv1";
import { ts } from "ts-morph";
import { createPlugin } from "../../src/plugin.ts";
import { generate } from "../harness.ts";
import { protocGenEs } from "../protoc-gen-es.ts";

/** Generated code of one message type. */
export interface LoadedCodec {
  readonly schema: protobuf.DescMessage;
  /** As programs have it: what the code stumbles over is left to protobuf-es. */
  readonly codec: codegenv1.MessageCodec;
  /** The generated code alone. */
  readonly write: (message: protobuf.Message, into: ByteWriter) => void;
  readonly read: (reader: MessageReader, end: number) => protobuf.Message;
}

type Module = Readonly<Record<string, unknown>>;

/** Prints what both plugins print for a file, and loads it. */
export function loadCodecs(set: wkt.FileDescriptorSet, file: string): readonly LoadedCodec[] {
  const parameter = "target=ts,import_extension=none";
  const printed = {
    ...generate(protocGenEs, { set, files: [file], parameter: `${parameter},erasable_syntax=true` }),
    ...generate(createPlugin(), { set, files: [file], parameter }),
  };
  const loaded: LoadedCodec[] = [];
  const runtime = {
    ...codegenv1,
    messageCodec: (schema: protobuf.DescMessage, code: Pick<LoadedCodec, "read" | "write">) => {
      const codec = codegenv1.messageCodec(schema, code);
      loaded.push({ schema, codec, ...code });
      return codec;
    },
  };
  const messages = evaluate(printed[file.replace(".proto", "_pb.ts")] ?? "", {});
  evaluate(printed[file.replace(".proto", "_codec.ts")] ?? "", {
    [`./${file.replace(/^.*\/|\.proto$/g, "")}_pb`]: messages,
    "@ts-grain/cluster/codegenv1": runtime,
  });
  return loaded;
}

const libraries: Readonly<Record<string, Module>> = {
  "@bufbuild/protobuf": protobuf,
  "@bufbuild/protobuf/codegenv2": codegenv2,
  "@bufbuild/protobuf/wkt": wkt,
};

function evaluate(code: string, modules: Readonly<Record<string, Module>>): Module {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  });
  const exports: Record<string, unknown> = {};
  const require = (name: string): Module => {
    const found = modules[name] ?? libraries[name];
    if (!found) throw new Error(`generated code imports ${name}`);
    return found;
  };
  const run = compileFunction(outputText, ["exports", "require"]) as (
    exports: object,
    require: (name: string) => Module,
  ) => void;
  run(exports, require);
  return exports;
}
