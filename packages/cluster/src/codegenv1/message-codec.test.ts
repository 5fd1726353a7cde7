import { create, protoInt64, toBinary } from "@bufbuild/protobuf";
import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import { ByteWriter } from "@ts-grain/remote";
import { afterEach, expect, test } from "vitest";
import { messageCodec } from "./message-codec.ts";

const hasBigInt = protoInt64.supported;
const settings = protoInt64 as { supported: boolean };

afterEach(() => {
  settings.supported = hasBigInt;
});

/** A codec whose straight code notes that it was asked. */
function watchedCodec() {
  const asked: string[] = [];
  const codec = messageCodec(StringValueSchema, {
    write: () => {
      asked.push("write");
    },
    read: () => {
      asked.push("read");
      return create(StringValueSchema);
    },
  });
  return { codec, asked };
}

const bytes = toBinary(StringValueSchema, { $typeName: "google.protobuf.StringValue", value: "hi" });

test("straight code writes and reads", () => {
  const { codec, asked } = watchedCodec();
  codec.encode(codec.decode(bytes, 0, bytes.length), new ByteWriter());
  expect(asked).toEqual(["read", "write"]);
});

test("protobuf-es does where it has 64 bit numbers as text, which straight code does not know", () => {
  settings.supported = false;
  const { codec, asked } = watchedCodec();
  const into = new ByteWriter();
  codec.encode(codec.decode(bytes, 0, bytes.length), into);
  expect(into.view()).toEqual(bytes);
  expect(asked).toEqual([]);
});
