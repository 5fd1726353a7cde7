import { create, fromBinary, type Message, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { ByteWriter, type MessageCodec } from "@ts-grain/remote";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type GrainRequest, GrainRequestSchema } from "../gen/cluster/grain_pb.ts";
import { grainRequestCodec } from "./grain-request-codec.ts";

function encode(codec: MessageCodec, fields: MessageInitShape<typeof GrainRequestSchema>): Uint8Array {
  const into = new ByteWriter();
  codec.encode(create(GrainRequestSchema, fields), into);
  return into.view();
}

/** A message's fields and the fields that it does not know, whatever it is made of. */
function shown(message: Message): object {
  const shownFields = GrainRequestSchema.fields.map(({ localName }) => [
    localName,
    Reflect.get(message, localName),
  ]);
  return { ...Object.fromEntries(shownFields), typeName: message.$typeName, unknown: message.$unknown };
}

const text = fc.string({ unit: "grapheme" });
const fields = fc.record({
  methodIndex: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  messageData: fc.uint8Array(),
  messageTypeName: text,
  methodName: text,
  timeoutMs: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  callers: fc.array(text),
  cancelId: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  untilMs: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  kind: text,
  identity: text,
});

test("its bytes and objects are those of protobuf-es", () => {
  fc.assert(
    fc.property(fields, (request) => {
      const bytes = encode(grainRequestCodec, request);
      expect(bytes).toEqual(toBinary(GrainRequestSchema, create(GrainRequestSchema, request)));
      const padded = Uint8Array.from([9, ...bytes, 9]);
      const decoded = grainRequestCodec.decode(padded, 1, padded.length - 1);
      expect(shown(decoded)).toEqual(shown(fromBinary(GrainRequestSchema, bytes)));
      expect(encode(grainRequestCodec, decoded as GrainRequest)).toEqual(bytes);
    }),
  );
});

test("a field that it does not know is kept", () => {
  const unknown = Uint8Array.from([0xf8, 0x3f, 1]);
  const decoded = grainRequestCodec.decode(unknown, 0, unknown.length);
  expect(shown(decoded)).toEqual(shown(fromBinary(GrainRequestSchema, unknown)));
  const into = new ByteWriter();
  grainRequestCodec.encode(decoded, into);
  expect(into.view()).toEqual(unknown);
});

test("what protobuf-es refuses is refused, and what it takes is read as it does", () => {
  const readBy = (read: (bytes: Uint8Array) => Message, bytes: Uint8Array) => {
    try {
      return shown(read(bytes));
    } catch {
      return "refused";
    }
  };
  fc.assert(
    fc.property(fields, fc.nat(), fc.nat({ max: 255 }), (request, place, byte) => {
      const bytes = toBinary(GrainRequestSchema, create(GrainRequestSchema, request));
      if (bytes.length > 0) bytes[place % bytes.length] = byte;
      expect(readBy((own) => grainRequestCodec.decode(own, 0, own.length), bytes)).toEqual(
        readBy((own) => fromBinary(GrainRequestSchema, own), bytes),
      );
    }),
    { numRuns: 1000 },
  );
});
