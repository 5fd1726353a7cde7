import {
  create,
  createFileRegistry,
  type DescMessage,
  fromBinary,
  toBinary,
  type UnknownField,
} from "@bufbuild/protobuf";
import { EmptySchema, FileDescriptorProtoSchema, StringValueSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { ByteWriter } from "./byte-writer.ts";
import { protobufCodec } from "./message-codec.ts";

test("a message without bytes is the same as protobuf-es makes it, with and without fields in its type", () => {
  for (const desc of [EmptySchema, StringValueSchema, proto2Empty()]) {
    const into = new ByteWriter();
    protobufCodec(desc).encode(create(desc), into);
    expect(into.view()).toEqual(toBinary(desc, create(desc)));
    const decoded = protobufCodec(desc).decode(Uint8Array.of(1, 2), 1, 1);
    const expected = fromBinary(desc, new Uint8Array());
    expect(decoded).toStrictEqual(expected);
    expect(Object.getPrototypeOf(decoded)).toBe(Object.getPrototypeOf(expected));
    expect(protobufCodec(desc).decode(Uint8Array.of(), 0, 0)).not.toBe(decoded);
  }
});

/** A type without fields whose messages protobuf-es gives a prototype. */
function proto2Empty(): DescMessage {
  const file = create(FileDescriptorProtoSchema, {
    name: "old.proto",
    syntax: "proto2",
    messageType: [{ name: "Old" }],
  });
  return createFileRegistry(file, () => undefined).getMessage("Old")!;
}

test("fields that a newer peer put into an empty message are kept", () => {
  const unknown: UnknownField = { no: 5, wireType: 0, data: Uint8Array.of(7) };
  const message = create(EmptySchema);
  message.$unknown = [unknown];
  const codec = protobufCodec(EmptySchema);
  const into = new ByteWriter();
  codec.encode(message, into);
  expect(codec.decode(into.view(), 0, into.length).$unknown).toEqual([unknown]);
});
