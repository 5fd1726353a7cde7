import { create, toBinary } from "@bufbuild/protobuf";
import {
  DescriptorProtoSchema,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  StructSchema,
} from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { expect, test } from "vitest";
import { RemoteError } from "../remote-error.ts";
import { ByteReader } from "./byte-reader.ts";
import { countJsonElements, ElementCounter } from "./element-counter.ts";

const counter = new ElementCounter();

test("fields, list entries and map entries are counted at every depth", () => {
  const bytes = toBinary(
    FileDescriptorProtoSchema,
    create(FileDescriptorProtoSchema, {
      name: "a",
      publicDependency: [1, 2, 300],
      messageType: [{ name: "m", field: [{ name: "f" }, { name: "g" }] }, {}],
    }),
  );
  // name, 3 dependencies; 2 messages, the first with a name and 2 fields of one name each
  expect(counter.count(FileDescriptorProtoSchema, new ByteReader(bytes), 100)).toBe(4 + 2 + 1 + 2 + 2);
});

test("a packed list counts by its entries, an unknown field once", () => {
  const packed = Uint8Array.of(0x52, 4, 1, 2, 0x80, 1); // FileDescriptorProto.public_dependency: 1, 2, 128
  expect(counter.count(FileDescriptorProtoSchema, new ByteReader(packed), 100)).toBe(1 + 3);
  const unknown = Uint8Array.of(0xfa, 0x3f, 3, 1, 2, 3);
  expect(counter.count(FileDescriptorProtoSchema, new ByteReader(unknown), 100)).toBe(1);
});

test("counting ends at the limit, long before the end of the bytes", () => {
  const empties = new Uint8Array(1_000_000);
  for (let at = 0; at < empties.length; at += 2) empties[at] = 0x0a; // FileDescriptorSet.file: {}, {}, …
  expect(() => counter.count(FileDescriptorSetSchema, new ByteReader(empties), 1_000)).toThrow(
    expect.objectContaining({ code: "limit_exceeded" }),
  );
});

test("nesting beyond a hundred is refused without overflowing the stack", () => {
  let bytes: Uint8Array = new Uint8Array(0);
  for (let depth = 0; depth < 150; depth++) {
    const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7];
    bytes = Uint8Array.of(0x1a, ...length, ...bytes); // DescriptorProto.nested_type
  }
  const refusal = expect.objectContaining({ code: "malformed_frame" });
  expect(() => counter.count(DescriptorProtoSchema, new ByteReader(bytes), 1_000)).toThrow(refusal);
  const groups = new Uint8Array(100_000).fill(0x0b);
  expect(() => counter.count(DescriptorProtoSchema, new ByteReader(groups), 1_000_000)).toThrow(refusal);
});

test("whatever the bytes, counting ends with a number or a typed error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        expect(counter.count(StructSchema, new ByteReader(bytes), 50)).toBeLessThanOrEqual(50);
      } catch (error) {
        if (!RemoteError.is(error)) throw error;
      }
    }),
    { numRuns: 1_000 },
  );
});

test("no JSON text has more values than are counted", () => {
  const values = (json: unknown): number =>
    1 +
    (typeof json === "object" && json !== null
      ? Object.values(json).reduce((sum: number, value) => sum + values(value), 0)
      : 0);
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      const bytes = new TextEncoder().encode(JSON.stringify(json));
      expect(countJsonElements(bytes, 0, bytes.length)).toBeGreaterThanOrEqual(values(json));
    }),
  );
});
