import { create } from "@bufbuild/protobuf";
import { EmptySchema, ListValueSchema, StringValueSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { TypeRegistry } from "./type-registry.ts";

function registry(): TypeRegistry {
  const types = new TypeRegistry();
  for (const desc of [StringValueSchema, ListValueSchema]) types.register(desc);
  return types;
}

const roomy = 100;

test("what is packed is what is unpacked, in its order", () => {
  const messages = ["a", "", "c"].map((value) => create(StringValueSchema, { value }));
  const types = registry();
  const packed = messages.map((message) => types.pack(message));
  expect(packed[0]).toEqual({
    typeName: "google.protobuf.StringValue",
    serializerId: 0,
    bytes: Uint8Array.of(0x0a, 1, 0x61),
  });
  expect(types.unpack(packed, roomy)).toEqual(messages);
});

test("JSON is unpacked as well", () => {
  const packed = {
    typeName: "google.protobuf.StringValue",
    serializerId: 1,
    bytes: new TextEncoder().encode('"a"'),
  };
  expect(registry().unpack([packed], roomy)).toEqual([create(StringValueSchema, { value: "a" })]);
});

test.for([
  ["an unregistered type", { typeName: "google.protobuf.Empty", serializerId: 0, bytes: new Uint8Array() }],
  ["another encoding", { typeName: "google.protobuf.StringValue", serializerId: 2, bytes: new Uint8Array() }],
  [
    "bytes that are no message",
    { typeName: "google.protobuf.StringValue", serializerId: 0, bytes: Uint8Array.of(0x0a, 1, 0xff) },
  ],
] as const)("%s is not unpacked", ([, packed]) => {
  expect(() => registry().unpack([packed], roomy)).toThrow(
    expect.objectContaining({ code: "not_serializable" }),
  );
});

test("an unregistered type is not packed", () => {
  expect(() => registry().pack(create(EmptySchema))).toThrow(
    expect.objectContaining({ code: "not_serializable" }),
  );
});

test("all that is unpacked together is built of no more elements than allowed", () => {
  const bytes = Uint8Array.from(Array.from({ length: 60 }, () => [0x0a, 0]).flat());
  const packed = { typeName: "google.protobuf.ListValue", serializerId: 0, bytes };
  expect(registry().unpack([packed], roomy)).toHaveLength(1);
  expect(() => registry().unpack([packed, packed], roomy)).toThrow(
    expect.objectContaining({ code: "limit_exceeded" }),
  );
});
