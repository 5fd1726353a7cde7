import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  CodeGeneratorRequestSchema,
  CodeGeneratorResponseSchema,
  type Edition,
} from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { runCommandLine } from "./command-line.ts";

interface Outcome {
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

async function start(
  args: readonly string[],
  input: Uint8Array = new Uint8Array(),
  isTTY = false,
): Promise<Outcome> {
  const stdin = Object.assign(Readable.from([input], { objectMode: false }), { isTTY });
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const exitCode = await runCommandLine({ args, stdin, stdout, stderr });
  stdout.end();
  stderr.end();
  return { exitCode, stdout: Buffer.concat(await stdout.toArray()), stderr: await text(stderr) };
}

const streaming = {
  name: "a.proto",
  syntax: "proto3",
  messageType: [{ name: "M" }],
  service: [
    { name: "S", method: [{ name: "Do", inputType: ".M", outputType: ".M", serverStreaming: true }] },
  ],
};

function request(parameter: string): Uint8Array {
  const message = create(CodeGeneratorRequestSchema, {
    fileToGenerate: ["a.proto"],
    parameter,
    protoFile: [streaming],
  });
  return toBinary(CodeGeneratorRequestSchema, message);
}

test.each(["--version", "-v"])("%s prints name and version", async (argument) => {
  const { exitCode, stdout } = await start([argument]);
  expect(stdout.toString()).toMatch(/^protoc-gen-ts-grain v\d+\.\d+\.\d+\n$/);
  expect(exitCode).toBe(0);
});

test.each(["--help", "-h"])("%s shows a buf.gen.yaml", async (argument) => {
  const { exitCode, stdout } = await start([argument]);
  expect(stdout.toString()).toContain("- local: protoc-gen-ts-grain\n");
  expect(exitCode).toBe(0);
});

test("an unknown argument is refused", async () => {
  const { exitCode, stdout, stderr } = await start(["--out"]);
  expect(stderr).toBe('protoc-gen-ts-grain: unknown argument "--out"; try --help\n');
  expect(stdout).toHaveLength(0);
  expect(exitCode).toBe(2);
});

test("started by hand in a terminal it shows the help instead of waiting", async () => {
  const { exitCode, stderr } = await start([], undefined, true);
  expect(stderr).toContain("npx buf generate");
  expect(exitCode).toBe(2);
});

test("an error in the .proto is in the answer, and the exit code is 0", async () => {
  const { exitCode, stdout, stderr } = await start([], request(""));
  expect(fromBinary(CodeGeneratorResponseSchema, stdout).error).toContain("rpc S.Do is server streaming");
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
});

test("a warning goes to stderr, and the answer has the code", async () => {
  const { exitCode, stdout, stderr } = await start([], request("target=ts,streaming=skip"));
  expect(stderr).toBe(
    "protoc-gen-ts-grain: warning: a.proto: rpc S.Do is server streaming and left out, as streaming=skip says.\n",
  );
  expect(fromBinary(CodeGeneratorResponseSchema, stdout).file).toHaveLength(1);
  expect(exitCode).toBe(0);
});

test("an empty request is answered with an error", async () => {
  const { exitCode, stdout } = await start([]);
  expect(fromBinary(CodeGeneratorResponseSchema, stdout).error).toBe(
    "The request names no file to generate. Give the compiler at least one.",
  );
  expect(exitCode).toBe(0);
});

test("input that is no request is named as such", async () => {
  const { stderr } = await start([], new TextEncoder().encode("service S {}"));
  expect(stderr).toMatch(/^protoc-gen-ts-grain: the input is no CodeGeneratorRequest: .+\n$/);
});

test.each([
  ["random", new Uint8Array([0xff, 0x00, 0xfe, 0x13])],
  ["truncated", request("").subarray(0, -3)],
  [
    "without the file to generate",
    toBinary(CodeGeneratorRequestSchema, create(CodeGeneratorRequestSchema, { fileToGenerate: ["x.proto"] })),
  ],
  [
    "with a missing import",
    toBinary(
      CodeGeneratorRequestSchema,
      create(CodeGeneratorRequestSchema, {
        fileToGenerate: ["a.proto"],
        protoFile: [{ ...streaming, dependency: ["b.proto"] }],
      }),
    ),
  ],
  [
    "with a cyclic import",
    toBinary(
      CodeGeneratorRequestSchema,
      create(CodeGeneratorRequestSchema, {
        fileToGenerate: ["a.proto"],
        protoFile: [
          { ...streaming, dependency: ["b.proto"] },
          { name: "b.proto", dependency: ["a.proto"] },
        ],
      }),
    ),
  ],
  [
    "of an unknown edition",
    toBinary(
      CodeGeneratorRequestSchema,
      create(CodeGeneratorRequestSchema, {
        fileToGenerate: ["a.proto"],
        protoFile: [{ ...streaming, syntax: "editions", edition: 5 as Edition }],
      }),
    ),
  ],
])("a request %s fails with one line and writes nothing", async (_, input) => {
  const { exitCode, stdout, stderr } = await start([], input);
  expect(stderr).toMatch(/^protoc-gen-ts-grain: [^\n]+\n$/);
  expect(stderr).not.toContain("    at ");
  expect(stdout).toHaveLength(0);
  expect(exitCode).toBe(1);
});

test("a compiler that closes the pipe too early fails the run without a stack trace", async () => {
  const stdout = new PassThrough();
  stdout.destroy(new Error("EPIPE"));
  const stderr = new PassThrough();
  const stdin = Readable.from([request("streaming=skip,target=ts")], { objectMode: false });
  stdout.on("error", () => {});
  expect(await runCommandLine({ args: [], stdin, stdout, stderr })).toBe(1);
});
