import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { ByteWriter, type MessageCodec } from "@ts-grain/remote";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ActivationRequestSchema, ActivationResponseSchema } from "../gen/cluster/cluster_pb.ts";
import { activationCodecs } from "./activation-codecs.ts";

const text = fc.string({ unit: "grapheme" });
const topologyHash = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const requests: fc.Arbitrary<MessageInitShape<typeof ActivationRequestSchema>> = fc.record(
  { clusterIdentity: fc.record({ identity: text, kind: text }), requestId: text, topologyHash },
  { requiredKeys: [] },
);
const responses: fc.Arbitrary<MessageInitShape<typeof ActivationResponseSchema>> = fc.record(
  {
    pid: fc.record({ Address: text, Id: text, requestId: fc.integer({ min: 0, max: 2 ** 32 - 1 }) }),
    failed: fc.boolean(),
    topologyHash,
  },
  { requiredKeys: [] },
);
const types = [
  { schema: ActivationRequestSchema, fields: requests },
  { schema: ActivationResponseSchema, fields: responses },
] as const;

function codecOf(typeName: string): MessageCodec {
  return activationCodecs.find((codec) => codec.typeName === typeName)!;
}

function encode(codec: MessageCodec, message: Parameters<MessageCodec["encode"]>[0]): Uint8Array {
  const into = new ByteWriter();
  codec.encode(message, into);
  return into.view();
}

describe.each(types)("$schema.typeName", ({ schema, fields }) => {
  const codec = codecOf(schema.typeName);

  test("its bytes and objects are those of protobuf-es", () => {
    fc.assert(
      fc.property(fields as fc.Arbitrary<object>, (given) => {
        const message = create(schema, given);
        const bytes = encode(codec, message);
        expect(bytes).toEqual(toBinary(schema, message));
        const padded = Uint8Array.from([9, ...bytes, 9]);
        expect(codec.decode(padded, 1, padded.length - 1)).toEqual(fromBinary(schema, bytes));
      }),
    );
  });

  test("a field that it does not know is kept, also in what it holds", () => {
    const unknown = [0xf8, 0x3f, 1];
    for (const bytes of [unknown, [0x0a, 3, ...unknown]]) {
      const decoded = codec.decode(Uint8Array.from(bytes), 0, bytes.length);
      expect(decoded).toEqual(fromBinary(schema, Uint8Array.from(bytes)));
      expect([...encode(codec, decoded)]).toEqual(bytes);
    }
  });

  test("what protobuf-es refuses is refused, and what it takes is read as it does", () => {
    const readBy = (read: () => unknown) => {
      try {
        return read();
      } catch {
        return "refused";
      }
    };
    fc.assert(
      fc.property(fields as fc.Arbitrary<object>, fc.nat(), fc.nat({ max: 255 }), (given, place, byte) => {
        const bytes = toBinary(schema, create(schema, given));
        if (bytes.length > 0) bytes[place % bytes.length] = byte;
        const twice = Uint8Array.from([...bytes, ...bytes]);
        for (const own of [bytes, twice])
          expect(readBy(() => codec.decode(own, 0, own.length))).toEqual(
            readBy(() => fromBinary(schema, own)),
          );
      }),
      { numRuns: 500 },
    );
  });
});
