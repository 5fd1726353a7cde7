import { create, type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { ByteWriter } from "@ts-grain/cluster/codegenv1";
import { describe, expect, test } from "vitest";
import { createPlugin } from "../src/plugin.ts";
import { type LoadedCodec, loadCodecs } from "./codecs/load-codecs.ts";
import { compile, generate } from "./harness.ts";

const loaded = loadCodecs(
  compile({
    "deep.proto": `syntax = "proto3";
package p;
import "google/protobuf/struct.proto";
message Deep {
  Deep deep = 1;
  Left left = 2;
  map<string, Deep> map = 3;
  oneof choice { Deep chosen = 4; Left other = 5; }
  repeated Deep list = 6;
  repeated int32 numbers = 7;
  string text = 8;
}
message Left { google.protobuf.Struct json = 1; Left left = 2; Deep deep = 3; }
service S { rpc Do(Deep) returns (Deep); }
`,
  }),
  "deep.proto",
);
const { schema, codec } = loaded[0] as LoadedCodec;

/** What a function gives, or that it throws. */
function outcome<T>(run: () => T): T | "refused" {
  try {
    return run();
  } catch {
    return "refused";
  }
}

function expectAlike(bytes: Uint8Array): Message | "refused" {
  const read = outcome(() => codec.decode(bytes, 0, bytes.length));
  expect(read).toStrictEqual(outcome(() => fromBinary(schema, bytes)));
  return read;
}

/** Bytes inside of so many fields. */
function wrapped(bytes: Uint8Array, field: number, times: number): Uint8Array {
  let inner = bytes;
  for (let time = 0; time < times; time++) inner = new BinaryWriter().tag(field, 2).bytes(inner).finish();
  return inner;
}

const nothing = new Uint8Array(0);

describe.each([
  ["a field", (depth: number) => wrapped(nothing, 1, depth - 1)],
  ["a oneof", (depth: number) => wrapped(nothing, 4, depth - 1)],
  ["a list", (depth: number) => wrapped(nothing, 6, depth - 1)],
  ["a message that is left", (depth: number) => wrapped(wrapped(nothing, 2, 30), 1, depth - 31)],
  [
    "one that is left, in a oneof",
    (depth: number) => wrapped(wrapped(wrapped(nothing, 2, 9), 5, 1), 1, depth - 11),
  ],
  // Root, ten that are left, and straight ones from there.
  [
    "one that is left, and back",
    (depth: number) => wrapped(wrapped(wrapped(nothing, 1, depth - 12), 3, 1), 2, 10),
  ],
  [
    "groups of unknown fields",
    (depth: number) =>
      Uint8Array.of(...new Uint8Array(depth - 1).fill(0x7b), ...new Uint8Array(depth - 1).fill(0x7c)),
  ],
])("messages in %s", (_, nest) => {
  test.each([98, 99, 100, 101, 102])("are read %i deep if protobuf-es reads them", (depth) => {
    const read = expectAlike(nest(depth));
    expect(read === "refused").toBe(depth > 100);
  });
});

test("a map counts as protobuf-es counts it", () => {
  for (let depth = 45; depth < 105; depth++) {
    let inner: Uint8Array = nothing;
    for (let time = 1; time < depth; time++)
      inner = new BinaryWriter().tag(3, 2).bytes(new BinaryWriter().tag(2, 2).bytes(inner).finish()).finish();
    expectAlike(inner);
  }
});

test.each([
  ["a message", 1, 2],
  ["packed numbers", 7, 2],
  ["a text", 8, 2],
  ["an entry", 3, 2],
  ["an unknown field", 90, 2],
])("a length of four gigabytes of %s is refused at once", (_, field, wireType) => {
  const bytes = new BinaryWriter()
    .tag(field, wireType)
    .uint32(0xffff_ffff)
    .raw(new Uint8Array(1_000))
    .finish();
  const before = performance.now();
  expect(expectAlike(bytes)).toBe("refused");
  expect(performance.now() - before).toBeLessThan(1_000);
});

test("a megabyte of the smallest fields is read in a time that grows with it", () => {
  const many = (count: number) =>
    new Uint8Array(count).fill(0x32).map((tag, index) => (index % 2 === 0 ? tag : 0));
  const time = (bytes: Uint8Array) => {
    const before = performance.now();
    codec.decode(bytes, 0, bytes.length);
    return performance.now() - before;
  };
  time(many(100_000));
  // Were it quadratic, a hundred times.
  expect(time(many(2_000_000))).toBeLessThan(50 * time(many(200_000)) + 500);
});

test("a message that holds itself is refused, as by protobuf-es", () => {
  const message = create(schema) as Message & { deep?: Message };
  message.deep = message;
  expect(() => toBinary(schema as DescMessage, message)).toThrow(RangeError);
  expect(() => codec.encode(message, new ByteWriter())).toThrow(RangeError);
});

test.each([
  ["a list", { list: new Set([create(schema)]) }],
  ["packed numbers", { numbers: new Set([1, 2]) }],
])("%s that is iterable and no array is written as by protobuf-es", (_, fields) => {
  const message = { ...create(schema), ...fields };
  const into = new ByteWriter();
  codec.encode(message, into);
  expect(into.view()).toEqual(toBinary(schema as DescMessage, message));
});

test("what was written before a message that is refused stays as it was", () => {
  const into = new ByteWriter();
  into.byte(7);
  const message = { ...create(schema), text: "x", numbers: ["no number"] };
  expect(() => codec.encode(message, into)).toThrow("cannot encode field p.Deep.numbers to binary");
  expect(into.view()).toEqual(Uint8Array.of(7));
});

test("a codec and a function of another message never have the same name", () => {
  const messages = ["File", "FileCodec", "ReadFile", "WriteFile", "NewFile"];
  const rpcs = messages.map((name, index) => `rpc Do${index}(${name}) returns (${name});`);
  const set = compile({
    "names.proto": `syntax = "proto3";
package p;
${messages.map((name) => `message ${name} { string text = 1; }`).join("\n")}
service S { ${rpcs.join(" ")} }
`,
  });
  const { "names_codec.ts": code = "" } = generate(createPlugin(), { set, files: ["names.proto"] });
  const declared = [...code.matchAll(/^(?:export )?(?:const|function) ([\w$]+)/gm)].map(([, name]) => name);
  expect(declared).toContain("readFileCodec");
  expect(declared).toHaveLength(4 * messages.length);
  expect(new Set(declared).size).toBe(declared.length);
});
