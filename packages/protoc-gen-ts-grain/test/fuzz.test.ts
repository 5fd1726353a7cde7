import { readFileSync } from "node:fs";
import { PassThrough, Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type CodeGeneratorRequest,
  CodeGeneratorRequestSchema,
  type CodeGeneratorResponse,
  CodeGeneratorResponseSchema,
} from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { ts } from "ts-morph";
import { describe, expect, test } from "vitest";
import { type ExitCode, runCommandLine } from "../src/command-line.ts";
import { compile } from "./harness.ts";

const set = compile({
  "tsgrain/v1/options.proto": readFileSync(
    new URL("../proto/tsgrain/v1/options.proto", import.meta.url),
    "utf8",
  ),
  "house/bulb.proto": `// Above all.
syntax = "proto3";
// The package.
package house;
import "google/protobuf/empty.proto";
import "tsgrain/v1/options.proto";
// A bulb.
service Bulb {
  option (tsgrain.v1.kind) = { name: "lamp.Bulb" idle_timeout: { seconds: 30 } };
  // Turns it.
  rpc Turn(Outer.Inner) returns (Outer) { option (tsgrain.v1.method).reentrancy = CALL_CHAIN; }
  rpc Then(Outer) returns (google.protobuf.Empty) { option (tsgrain.v1.method).one_way = true; }
  rpc Watch(Outer) returns (Outer) { option (tsgrain.v1.method).index = 7; option deprecated = true; }
}
message Outer {
  message Inner { optional string text = 1 [json_name = "words"]; }
  map<string, Inner> inners = 1;
  oneof choice { int32 number = 2; ErrorReason reason = 3; }
}
// Why not.
enum ErrorReason {
  option allow_alias = true;
  NONE = 0;
  // There is none.
  NO_BULB = 1;
  NOT_THERE = 1;
}
`,
});

function request(): CodeGeneratorRequest {
  const fileToGenerate = ["house/bulb.proto"];
  const sourceFileDescriptors = set.file.filter(({ name }) => fileToGenerate.includes(name));
  const message = { fileToGenerate, parameter: "target=ts", protoFile: set.file, sourceFileDescriptors };
  const bytes = toBinary(CodeGeneratorRequestSchema, create(CodeGeneratorRequestSchema, message));
  return fromBinary(CodeGeneratorRequestSchema, bytes);
}

interface Answer {
  readonly code: ExitCode;
  readonly stderr: string;
  readonly response: CodeGeneratorResponse;
}

/** Runs the plugin as a compiler does, on any bytes. */
async function answer(input: Uint8Array): Promise<Answer> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const output = buffer(stdout);
  const complaints = text(stderr);
  const code = await runCommandLine({ args: [], stdin: Readable.from([Buffer.from(input)]), stdout, stderr });
  stdout.end();
  stderr.end();
  return { code, stderr: await complaints, response: fromBinary(CodeGeneratorResponseSchema, await output) };
}

const printedKinds = new Set([
  ts.SyntaxKind.ImportDeclaration,
  ts.SyntaxKind.InterfaceDeclaration,
  ts.SyntaxKind.ClassDeclaration,
  ts.SyntaxKind.VariableStatement,
  ts.SyntaxKind.FunctionDeclaration,
]);

/** Fails unless the answer is an error of one line for each problem, or inert code in the right place. */
function expectSound({ code, stderr, response }: Answer): "printed" | "refused" | "failed" {
  expect(stderr).not.toMatch(/\n {4}at |node:internal/);
  if (code !== 0) {
    expect(code).toBe(1);
    expect(stderr).toMatch(/^protoc-gen-ts-grain: [^\n]+\n$/);
    expect(response.file).toEqual([]);
    return "failed";
  }
  if (response.error !== "") {
    expect(response.error).not.toMatch(/\n\s|node:internal/);
    expect(response.file).toEqual([]);
    return "refused";
  }
  for (const { name, content } of response.file) {
    expect(name).toMatch(/^(?!\/|~|\.\.?\/)(?!.*\/\.{0,2}\/)[^\0\\]+_(?:grain|codec)\.ts$/);
    const file = ts.createSourceFile(name, content, ts.ScriptTarget.Latest, true);
    const { parseDiagnostics } = file as typeof file & { readonly parseDiagnostics: readonly unknown[] };
    expect(parseDiagnostics).toEqual([]);
    for (const { kind } of file.statements) expect(printedKinds).toContain(kind);
    for (const statement of file.statements.filter(ts.isVariableStatement))
      expect(statement.getText()).toMatch(
        /^(?:const \w+\$? = \/\*@__PURE__\*\/ \w+(?:\$\d*)?<\w+, \w+>|export const \w+(?:\$\d*)?: MessageCodec = \/\*@__PURE__\*\/ \w+)\(/,
      );
  }
  return "printed";
}

interface Slot {
  readonly owner: Record<string, unknown>;
  readonly key: string;
}

/** Every place below a value that holds a string. */
function stringSlots(value: unknown): Slot[] {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return [];
  const owner = value as Record<string, unknown>;
  return Object.keys(owner)
    .filter((key) => key !== "$typeName" && key !== "$unknown")
    .flatMap((key) => (typeof owner[key] === "string" ? [{ owner, key }] : stringSlots(owner[key])));
}

const hostile = fc.oneof(
  fc.constantFrom(
    "*/ globalThis.pwned = 1; /*",
    '"; globalThis.pwned = 1; "',
    "`$" + "{globalThis.pwned = 1}`",
    "// \u2028globalThis.pwned = 1",
    "\\",
    "\n",
    "\0",
    "</script>",
    "@ts-nocheck",
    "../../x.proto",
    "/etc/x.proto",
    "C:\\x.proto",
    "__proto__",
    "constructor",
    "prototype",
    "then",
    "await",
    "eval",
    "Promise",
    "GrainError",
    "error",
    "",
    ".",
    ".house.Outer",
    "house.Outer",
    "99",
    "_",
    "ErrorReason",
    "proto2",
    "x".repeat(300),
  ),
  fc.string({ unit: "binary", maxLength: 8 }).map((string) => string.toWellFormed()),
);

describe("a request", () => {
  test("with hostile texts in any place prints inert code or is refused", async () => {
    const outcomes = { printed: 0, refused: 0, failed: 0 };
    const changes = fc.array(fc.tuple(fc.nat(), hostile), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(changes, async (changed) => {
        const message = request();
        const slots = stringSlots(message.protoFile.filter(({ name }) => name === "house/bulb.proto"));
        for (const [position, string] of changed) {
          const { owner, key } = slots[position % slots.length]!;
          owner[key] = string;
        }
        const [file] = message.protoFile.filter(({ dependency }) => dependency.length === 2);
        message.fileToGenerate = [file?.name ?? "house/bulb.proto"];
        message.sourceFileDescriptors = file ? [file] : [];
        outcomes[expectSound(await answer(toBinary(CodeGeneratorRequestSchema, message)))]++;
      }),
      { numRuns: 150 },
    );
    // Else the property would say nothing.
    expect(outcomes.printed).toBeGreaterThan(10);
    expect(outcomes.refused + outcomes.failed).toBeGreaterThan(10);
  });

  test("that is cut off, or has bytes changed, prints inert code or is refused", async () => {
    const bytes = toBinary(CodeGeneratorRequestSchema, request());
    const damage = fc.record({
      length: fc.oneof(fc.constant(bytes.length), fc.nat({ max: bytes.length })),
      changes: fc.array(fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 })), { maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ length, changes }) => {
        const damaged = bytes.slice(0, length);
        for (const [position, byte] of changes) damaged[position] = byte;
        expectSound(await answer(damaged));
      }),
      { numRuns: 100 },
    );
  });

  test("of random bytes fails with one line", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
        expect(expectSound(await answer(bytes))).not.toBe("printed");
      }),
      { numRuns: 100 },
    );
  });

  test("of a hundred megabytes that mean nothing is refused", async () => {
    // Field 100, with a length of 10^8.
    const bytes = new Uint8Array(1e8 + 6);
    bytes.set([0xa2, 0x06, 0x80, 0xc2, 0xd7, 0x2f]);
    const { response } = await answer(bytes);
    expect(response.error).toBe("The request names no file to generate. Give the compiler at least one.");
  });

  test.each<[string, (message: CodeGeneratorRequest) => void]>([
    ["lacks a file that another imports", ({ protoFile }) => void protoFile.splice(0, 1)],
    [
      "has files that import each other",
      ({ protoFile }) => protoFile[0]?.dependency.push("house/bulb.proto"),
    ],
    [
      "has a file that imports itself",
      ({ protoFile }) => protoFile.at(-1)?.dependency.push("house/bulb.proto"),
    ],
    [
      "has a file of an unknown edition",
      ({ protoFile }) => Object.assign(protoFile.at(-1)!, { syntax: "editions", edition: 99_999 }),
    ],
    [
      "has a file of an unknown syntax",
      ({ protoFile }) => Object.assign(protoFile.at(-1)!, { syntax: "proto4" }),
    ],
    ["asks for a file that it lacks", (message) => Object.assign(message, { fileToGenerate: ["x.proto"] })],
    ["has no descriptors", (message) => Object.assign(message, { protoFile: [], sourceFileDescriptors: [] })],
    [
      "has a message of a type that is not there",
      ({ protoFile }) => Object.assign(protoFile.at(-1)!.service[0]!.method[0]!, { inputType: ".x.Y" }),
    ],
  ])("that %s fails with one line", async (_what, change) => {
    const message = request();
    change(message);
    message.sourceFileDescriptors = message.protoFile.filter(({ name }) => name === "house/bulb.proto");
    expect(expectSound(await answer(toBinary(CodeGeneratorRequestSchema, message)))).not.toBe("printed");
  });
});
