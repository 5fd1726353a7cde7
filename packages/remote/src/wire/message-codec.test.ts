import { create, fromBinary, toBinary, type UnknownField } from "@bufbuild/protobuf";
import { EmptySchema, StringValueSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { ByteWriter } from "./byte-writer.ts";
import { protobufCodec } from "./message-codec.ts";

test("a message without bytes is the same as protobuf-es makes it, with and without fields in its type", () => {
  for (const desc of [EmptySchema, StringValueSchema]) {
    const into = new ByteWriter();
    protobufCodec(desc).encode(create(desc), into);
    expect(into.view()).toEqual(toBinary(desc, create(desc)));
    const decoded = protobufCodec(desc).decode(Uint8Array.of(1, 2), 1, 1);
    expect(decoded).toStrictEqual(fromBinary(desc, new Uint8Array()));
  }
});

test("fields that a newer peer put into an empty message are kept", () => {
  const unknown: UnknownField = { no: 5, wireType: 0, data: Uint8Array.of(7) };
  const message = create(EmptySchema);
  message.$unknown = [unknown];
  const codec = protobufCodec(EmptySchema);
  const into = new ByteWriter();
  codec.encode(message, into);
  expect(codec.decode(into.view(), 0, into.length).$unknown).toEqual([unknown]);
});
