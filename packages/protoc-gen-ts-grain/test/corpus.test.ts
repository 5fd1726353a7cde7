import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createPlugin } from "../src/plugin.ts";
import { googleApis } from "./corpus/google-apis.ts";
import { generate, respond, temporaryFolder, writeFiles } from "./harness.ts";
import { protocGenEs } from "./protoc-gen-es.ts";
import { repositoryModules, typeCheck } from "./type-check.ts";

const set = googleApis({ maxBytes: 11_000 });
const files = set.file.map(({ name }) => name).filter((name) => !name.startsWith("google/protobuf/"));
const rpcs = set.file.flatMap(({ service }) => service.flatMap(({ method }) => method));
const streaming = rpcs.filter(({ clientStreaming, serverStreaming }) => clientStreaming || serverStreaming);
const services = set.file.flatMap(({ service }) => service);

test("Google's released APIs: the code type-checks strictly, each client calls each of its rpcs, and codecs do what protobuf-es does", {
  timeout: 120_000,
}, () => {
  expect(services.length).toBeGreaterThan(200);
  using temporary = temporaryFolder();
  const folder = temporary.path;
  symlinkSync(repositoryModules, join(folder, "node_modules"), "junction");
  writeFiles(folder, { "package.json": '{ "type": "module" }' });
  const esParameter = "target=ts,import_extension=ts,erasable_syntax=true";
  writeFiles(folder, generate(protocGenEs, { set, files, parameter: esParameter }));
  const parameter = "target=ts,import_extension=ts,streaming=skip";
  writeFiles(folder, generate(createPlugin(), { set, files, parameter }));

  expect(typeCheck(folder, { noEmit: false, outDir: "out" })).toEqual([]);

  expect(answerOf("call-all.ts", folder)).toEqual({
    clients: services.length,
    methods: rpcs.length - streaming.length,
    wrong: [],
  });
  const trips = answerOf("round-trips.ts", folder);
  expect(trips).toMatchObject({ wrong: [] });
  expect(trips["codecs"]).toBeGreaterThan(900);
});

/** What a program says of the code in a folder. */
function answerOf(program: string, folder: string): Record<string, unknown> {
  const path = fileURLToPath(new URL(`corpus/${program}`, import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, ["--conditions=@ts-grain/source", path, folder], {
    encoding: "utf8",
    cwd: folder,
  });
  expect(stderr).toBe("");
  return JSON.parse(stdout) as Record<string, unknown>;
}

test("Google's released APIs: each streaming rpc is refused with its place and what to do", () => {
  const { error, file } = respond(createPlugin(), { set, files });
  const lines = error.split("\n");
  expect(streaming.length).toBeGreaterThan(5);
  expect(lines).toHaveLength(streaming.length);
  for (const line of lines) {
    expect(line).toMatch(
      /^google\/[\w/]+\.proto:\d+:\d+: rpc [\w.]+ is (?:client|server|bidirectional) streaming; a grain answers one message with one\. Make it unary, or leave it out with the parameter streaming=skip\.$/,
    );
  }
  expect(file).toEqual([]);
});
