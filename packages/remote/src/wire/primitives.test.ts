import { create } from "@bufbuild/protobuf";
import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteWriter } from "./byte-writer.ts";
import { MessageReader } from "./message-reader.ts";

const int32 = fc.oneof(fc.integer(), fc.constantFrom(0, 1, -1, 127, 128, 2 ** 31 - 1, -(2 ** 31)));
const uint32 = fc.oneof(fc.nat({ max: 2 ** 32 - 1 }), fc.constantFrom(0, 127, 128, 16_384, 2 ** 32 - 1));
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const text = fc.oneof(fc.string({ unit: "binary", maxLength: 60 }), fc.string({ maxLength: 200 }));

const values = {
  int32,
  sint32: int32,
  sfixed32: int32,
  uint32,
  fixed32: uint32,
  int64,
  sint64: int64,
  sfixed64: int64,
  uint64,
  fixed64: uint64,
  float: fc.float(),
  double: fc.double(),
  bool: fc.boolean(),
  string: text,
} as const;
type Primitive = keyof typeof values;
const primitives = Object.keys(values) as Primitive[];

type Write = (value: unknown) => void;
type Read = () => unknown;

/** What a function gives, or that it throws. */
function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch {
    return "refused";
  }
}

function written(primitive: Primitive | "bytes", value: unknown): Uint8Array {
  const into = new ByteWriter(1);
  (into[primitive] as Write).call(into, value);
  return into.view().slice();
}

function writtenByProtobufEs(primitive: Primitive | "bytes", value: unknown): Uint8Array {
  const writer = new BinaryWriter();
  (writer[primitive] as Write).call(writer, value);
  return writer.finish();
}

describe.each(primitives)("%s", (primitive) => {
  test("has the bytes of protobuf-es, and reads them as it does", () => {
    fc.assert(
      fc.property(values[primitive] as fc.Arbitrary<unknown>, (value) => {
        const bytes = written(primitive, value);
        expect(bytes).toEqual(writtenByProtobufEs(primitive, value));
        const reader = new MessageReader(Uint8Array.of(9, ...bytes, 9), 1, bytes.length + 1);
        const read = (reader[primitive] as Read).call(reader);
        expect(read).toEqual(
          (new BinaryReader(bytes)[primitive] as (strict: boolean) => unknown).call(
            new BinaryReader(bytes),
            true,
          ),
        );
        expect(reader.pos).toBe(reader.end);
      }),
    );
  });

  test("is read from any bytes as protobuf-es reads it, never past the end", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.uint8Array({ min: 0x70, maxLength: 12 }),
      fc.uint8Array({ min: 0x80, maxLength: 12 }),
    );
    fc.assert(
      fc.property(bytes, (all) => {
        const ours = new MessageReader(Uint8Array.of(...all, 1, 1, 1, 1, 1, 1, 1, 1, 1), 0, all.length);
        const theirs = new BinaryReader(all);
        const read = outcome(() => (ours[primitive] as Read).call(ours));
        expect(read).toEqual(
          outcome(() => (theirs[primitive] as (strict: boolean) => unknown).call(theirs, true)),
        );
        if (read !== "refused") expect(ours.pos).toBe(theirs.pos);
      }),
      { numRuns: 1_000 },
    );
  });
});

test("what is no value of its type is refused, if protobuf-es does not write it in the same way", () => {
  const anything = fc.oneof(
    fc.anything(),
    fc.double(),
    fc.bigInt(),
    fc.constantFrom("1", "NaN", 2 ** 32, -1, 2n ** 64n),
  );
  fc.assert(
    fc.property(fc.constantFrom(...primitives, "bytes" as const), anything, (primitive, value) => {
      const bytes = outcome(() => written(primitive, value));
      if (bytes !== "refused") expect(bytes).toEqual(writtenByProtobufEs(primitive, value));
    }),
    { numRuns: 2_000 },
  );
});

test("bytes are copied to the writer, and read as a view", () => {
  const into = new ByteWriter(1);
  into.bytes(Uint8Array.of(1, 2, 3));
  const bytes = into.view();
  expect(bytes).toEqual(Uint8Array.of(3, 1, 2, 3));
  const view = new MessageReader(bytes).view();
  expect(view).toEqual(Uint8Array.of(1, 2, 3));
  expect(view.buffer).toBe(bytes.buffer);
  expect(() => new MessageReader(bytes.subarray(0, 3)).view()).toThrow(
    expect.objectContaining({ code: "malformed_frame" }),
  );
});

test("a lossy string has U+FFFD where protobuf-es has it", () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(fc.oneof(bytes, fc.uint8Array({ min: 0x7e, maxLength: 40 })), (content) => {
      const all = Uint8Array.of(content.length, ...content);
      expect(new MessageReader(all).lossyString()).toBe(new BinaryReader(all).string(false));
    }),
    { numRuns: 1_000 },
  );
});

test("a tag that protobuf-es refuses is refused", () => {
  const tags = fc.oneof(
    fc.uint8Array({ maxLength: 7 }),
    fc.uint8Array({ min: 0x7e, max: 0x88, maxLength: 7 }),
  );
  fc.assert(
    fc.property(tags, (bytes) => {
      const theirs = outcome(() => {
        const [number, wireType] = new BinaryReader(bytes).tag();
        return ((number << 3) | wireType) >>> 0;
      });
      expect(outcome(() => new MessageReader(bytes).tag())).toEqual(theirs);
    }),
    { numRuns: 2_000 },
  );
});

test("unknown fields are kept and written again", () => {
  const message = create(EmptySchema);
  const bytes = new BinaryWriter().tag(1, 0).int32(-5).tag(2, 2).string("x").tag(3, 3).tag(3, 4).finish();
  const reader = new MessageReader(bytes);
  while (reader.pos < reader.end) reader.unknown(reader.tag(), message);
  expect(message.$unknown?.map(({ no, wireType }) => [no, wireType])).toEqual([
    [1, 0],
    [2, 2],
    [3, 3],
  ]);
  const into = new ByteWriter();
  into.unknown(message.$unknown ?? []);
  expect(into.view()).toEqual(bytes);
});

test("messages nest a hundred deep, groups of unknown fields included", () => {
  const reader = new MessageReader(new Uint8Array(200));
  for (let depth = 2; depth <= 100; depth++) reader.beginMessage();
  expect(reader.depth).toBe(100);
  expect(() => reader.beginMessage()).toThrow(expect.objectContaining({ code: "malformed_frame" }));
  const group = new MessageReader(Uint8Array.of(0x0c));
  group.skip(0x0b, 99);
  expect(group.pos).toBe(1);
  expect(() => new MessageReader(Uint8Array.of(0x0c)).skip(0x0b, 100)).toThrow(
    expect.objectContaining({ code: "malformed_frame" }),
  );
});

test("a list's values are packed, or this is one of them", () => {
  const packed = new MessageReader(Uint8Array.of(2, 1, 1, 9));
  expect(packed.listEnd(0x0a)).toBe(3);
  expect(new MessageReader(Uint8Array.of(2, 9)).listEnd(0x08)).toBe(1);
  expect(() => new MessageReader(Uint8Array.of(2, 9)).listEnd(0x0a)).toThrow(
    expect.objectContaining({ code: "malformed_frame" }),
  );
});

test("a writer keeps what it holds when it gives memory back, and goes on", () => {
  const into = new ByteWriter();
  into.string("first");
  const before = into.length;
  into.string("x".repeat(100_000));
  into.truncate(before);
  into.shrink(64);
  expect(into.view().buffer.byteLength).toBe(64);
  into.string("y".repeat(100));
  into.shrink(64);
  const reader = new MessageReader(into.view());
  expect([reader.string(), reader.string()]).toEqual(["first", "y".repeat(100)]);
});

test("a reader that begins anew has left the messages that it was in", () => {
  const reader = new MessageReader(Uint8Array.of(1, 0x08));
  reader.beginMessage();
  const bytes = Uint8Array.of(9, 9, 2, 0x68, 0x69, 9);
  reader.restart(bytes, 2, 5);
  expect([reader.depth, reader.end, reader.string(), reader.pos]).toEqual([1, 5, "hi", 5]);
});

test("short texts are what Node reads from the same bytes, at any length", () => {
  const content = fc.uint8Array({ maxLength: 14, max: 0x7f });
  fc.assert(
    fc.property(content, fc.integer({ min: 0, max: 3 }), (text, before) => {
      const bytes = Uint8Array.of(...new Uint8Array(before), text.length, ...text, 0x7f);
      const reader = new MessageReader(bytes, before);
      expect(reader.string()).toBe(Buffer.from(text).toString("latin1"));
      expect(reader.pos).toBe(before + 1 + text.length);
    }),
  );
});
