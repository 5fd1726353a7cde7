import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  CodeGeneratorRequestSchema,
  type CodeGeneratorResponse,
  CodeGeneratorResponseSchema,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import type { Plugin } from "@bufbuild/protoplugin";

const buf = createRequire(import.meta.url).resolve("@bufbuild/buf/bin/buf");

/** Texts by path. */
export type Files = Readonly<Record<string, string>>;

/** A folder that is deleted at the end of the block which it is used in. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "ts-grain-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

export function writeFiles(folder: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Compiles .proto texts with buf, offline. */
export function compile(files: Files): FileDescriptorSet {
  using folder = temporaryFolder();
  writeFiles(folder.path, files);
  const argumentList = [buf, "build", folder.path, "--as-file-descriptor-set", "-o", "-#format=binpb"];
  const { status, stdout, stderr } = spawnSync(process.execPath, argumentList, { maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(stderr.toString());
  return fromBinary(FileDescriptorSetSchema, stdout);
}

/** What a compiler would ask for: these files of the set, which may also hold what they import. */
export interface Generation {
  readonly set: FileDescriptorSet;
  /** Default: every file of the set but Google's. */
  readonly files?: readonly string[];
  /** Default "target=ts,import_extension=js". */
  readonly parameter?: string;
}

/** Runs a plugin in this process, through bytes as with a real compiler. */
export function respond(plugin: Plugin, { set, files, parameter }: Generation): CodeGeneratorResponse {
  const fileToGenerate =
    files ?? set.file.map(({ name }) => name).filter((name) => !name.startsWith("google/"));
  const request = create(CodeGeneratorRequestSchema, {
    fileToGenerate: [...fileToGenerate],
    parameter: parameter ?? "target=ts,import_extension=js",
    protoFile: set.file,
    sourceFileDescriptors: set.file.filter(({ name }) => fileToGenerate.includes(name)),
  });
  const received = fromBinary(CodeGeneratorRequestSchema, toBinary(CodeGeneratorRequestSchema, request));
  const response = plugin.run(received);
  return fromBinary(CodeGeneratorResponseSchema, toBinary(CodeGeneratorResponseSchema, response));
}

/** The generated files by path. */
export function generate(plugin: Plugin, generation: Generation): Record<string, string> {
  const { error, file } = respond(plugin, generation);
  if (error) throw new Error(error);
  return Object.fromEntries(file.map(({ name, content }) => [name, content]));
}
