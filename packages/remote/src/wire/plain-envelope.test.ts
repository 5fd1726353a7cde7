import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { MessageBatchSchema, type MessageEnvelope } from "../gen/remote/remote_pb.ts";
import { BatchReader } from "./batch-reader.ts";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";

const limits = {
  maxEnvelopes: 1000,
  maxElements: 1000,
  maxNameBytes: 1024,
  maxHeaders: 10,
  maxHeaderBytes: 1000,
};

/** Any index that an envelope may name; most are told by one byte, and some are not. */
const index = fc.oneof(fc.nat({ max: 5 }), fc.constantFrom(127, 128, 199));
const field: fc.Arbitrary<(into: ByteWriter) => void> = fc.oneof(
  fc.tuple(fc.constantFrom(0x08, 0x18, 0x20, 0x28, 0x38, 0x40, 0x48), index).map(
    ([tag, value]) =>
      (into: ByteWriter) =>
        into.field(tag, value),
  ),
  fc.uint8Array({ maxLength: 140 }).map((bytes) => (into: ByteWriter) => {
    into.byte(0x12);
    into.bytes(bytes);
  }),
);

/** A batch whose tables are long enough for any index, with envelopes of any fields in any order, some of them twice. */
const batch = fc.array(fc.array(field, { maxLength: 8 }), { maxLength: 8 }).map((envelopes) => {
  const names = Array.from({ length: 200 }, (_, n) => `${n}`);
  const pids = names.map((Id) => ({ Address: "a:1", Id }));
  const into = new ByteWriter();
  into.raw(
    toBinary(
      MessageBatchSchema,
      create(MessageBatchSchema, { typeNames: names, targets: pids, senders: pids }),
    ),
  );
  for (const fields of envelopes) {
    const start = into.beginField(0x1a);
    for (const write of fields) write(into);
    into.endLength(start);
  }
  return into.view().slice();
});

function asRead(reader: BatchReader, bytes: Uint8Array) {
  return {
    typeId: reader.typeIndex,
    messageData: bytes.slice(reader.messageStart, reader.messageEnd),
    target: reader.targetIndex,
    sender: reader.senderIndex + 1,
    serializerId: reader.serializerId,
    targetRequestId: reader.targetRequestId,
    senderRequestId: reader.senderRequestId,
  };
}

function asKnown(envelope: MessageEnvelope) {
  const { typeId, messageData, target, sender, serializerId, targetRequestId, senderRequestId } = envelope;
  return { typeId, messageData, target, sender, serializerId, targetRequestId, senderRequestId };
}

test("an envelope holds what protobuf-es finds in it, whatever its fields and whatever came before it", () => {
  fc.assert(
    fc.property(batch, (bytes) => {
      const reader = new BatchReader(new ByteReader(bytes), limits);
      const seen: unknown[] = [];
      while (reader.next()) seen.push(asRead(reader, bytes));
      expect(reader.count).toBe(seen.length);
      expect(seen).toEqual(fromBinary(MessageBatchSchema, bytes).envelopes.map(asKnown));
    }),
  );
});

test("an envelope is plain if it names nothing but a type, a target and a sender", () => {
  const into = new ByteWriter();
  into.raw(toBinary(MessageBatchSchema, create(MessageBatchSchema, { typeNames: ["t"], targets: [{}] })));
  // Before the first one lie the tables.
  for (const tag of [0x08, 0x08, 0x28, 0x18, 0x38, 0x20, 0x40]) {
    const start = into.beginField(0x1a);
    into.field(tag, 0);
    into.endLength(start);
  }
  const reader = new BatchReader(new ByteReader(into.view()), limits);
  const plain: boolean[] = [];
  while (reader.next()) plain.push(reader.isPlain);
  expect(plain.slice(1)).toEqual([true, false, true, false, true, false]);
});

/** Small enough indices that many envelopes name the same as the one before. */
const named = fc.record({
  typeId: fc.nat({ max: 1 }),
  target: fc.nat({ max: 1 }),
  sender: fc.nat({ max: 2 }),
  // Now and then one that is not plain.
  senderRequestId: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.constant(7)),
  messageData: fc.uint8Array({ maxLength: 3 }),
});

test("an envelope is like the one before if both are plain and name the same type, target and sender", () => {
  fc.assert(
    fc.property(fc.array(named), (envelopes) => {
      const pids = ["a", "b"].map((Id) => ({ Address: "a:1", Id }));
      const bytes = toBinary(
        MessageBatchSchema,
        create(MessageBatchSchema, { typeNames: ["t", "u"], targets: pids, envelopes, senders: pids }),
      );
      const reader = new BatchReader(new ByteReader(bytes), limits);
      for (const [at, { typeId, target, sender, senderRequestId }] of envelopes.entries()) {
        expect(reader.next()).toBe(true);
        // The first one is not taken for plain, as the tables lie before it.
        const before = at === 1 ? undefined : envelopes[at - 1];
        expect(reader.isAlike).toBe(
          before?.typeId === typeId &&
            before.target === target &&
            before.sender === sender &&
            before.senderRequestId === 0 &&
            senderRequestId === 0,
        );
      }
    }),
  );
});

test.each([0x08, 0x18, 0x20])(
  "a plain envelope whose field %i names nothing is refused, also if the one before it was",
  (tag) => {
    const into = new ByteWriter();
    const pids = [{ Address: "a:1", Id: "a" }];
    into.raw(
      toBinary(
        MessageBatchSchema,
        create(MessageBatchSchema, { typeNames: ["t"], targets: pids, senders: pids }),
      ),
    );
    // Before the first one lie the tables, so that it is not taken for plain.
    for (const value of [0, 0, 2, 2]) {
      const start = into.beginField(0x1a);
      into.field(tag, value);
      into.endLength(start);
    }
    const reader = new BatchReader(new ByteReader(into.view()), limits);
    expect([reader.next(), reader.next(), reader.isPlain]).toEqual([true, true, true]);
    for (let time = 0; time < 2; time++) expect(() => reader.next()).toThrow("not in its batch");
  },
);
