import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import { PID } from "@ts-grain/actor";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type RemoteMessage, RemoteMessageSchema } from "../gen/remote/remote_pb.ts";
import { RemoteError } from "../remote-error.ts";
import { type BatchLimits, BatchReader, RecentTables } from "./batch-reader.ts";
import { BatchWriter, type Outgoing } from "./batch-writer.ts";
import { ByteReader } from "./byte-reader.ts";
import { readFrame } from "./frame.ts";
import { protobufCodec } from "./message-codec.ts";

const here = "here:1";
const there = "there:2";
const codec = protobufCodec(StringValueSchema);
const limits: BatchLimits = {
  maxEnvelopes: 100,
  maxElements: 1000,
  maxNameBytes: 1024,
  maxHeaders: 64,
  maxHeaderBytes: 8192,
};
const roomy = 1024 * 1024;

const requestId = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
const id = fc.string({ unit: "grapheme", maxLength: 40 });
const outgoing: fc.Arbitrary<Outgoing> = fc.record({
  codec: fc.constant(codec),
  message: fc
    .string({ unit: "grapheme", maxLength: 300 })
    .map((value) => create(StringValueSchema, { value })),
  target: fc.tuple(id, requestId).map(([name, request]) => new PID(there, name, request)),
  sender: fc.option(
    fc
      .tuple(fc.constantFrom(here, "third:3"), id, requestId)
      .map(([address, name, request]) => new PID(address, name, request)),
    { nil: undefined },
  ),
  headers: fc.option(
    fc.dictionary(fc.string({ maxLength: 20 }), fc.string({ unit: "grapheme", maxLength: 50 }), {
      maxKeys: 5,
      noNullPrototype: false,
    }),
    { nil: undefined },
  ),
});

function write(messages: readonly Outgoing[]): Uint8Array {
  const batch = new BatchWriter(there, here);
  for (const message of messages) batch.add(message, roomy);
  return batch.finish();
}

function open(frame: Uint8Array, within: BatchLimits = limits, recent?: RecentTables): BatchReader {
  const outer = readFrame(frame);
  if (outer.kind !== "batch") throw new Error(`not a batch: ${outer.kind}`);
  return new BatchReader(outer.body, within, recent);
}

function read(frame: Uint8Array, recent?: RecentTables): unknown[] {
  const batch = open(frame, limits, recent);
  const seen: unknown[] = [];
  while (batch.next()) {
    const sender = batch.senders[batch.senderIndex];
    seen.push({
      message: codec.decode(frame, batch.messageStart, batch.messageEnd),
      target: [batch.targets[batch.targetIndex], batch.targetRequestId],
      sender: sender && [sender, batch.senderRequestId],
      headers: batch.headers && { ...batch.headers },
    });
  }
  return seen;
}

function expected({ message, target, sender, headers }: Outgoing): unknown {
  return {
    message,
    target: [{ address: target.address, id: target.id }, target.requestId],
    sender: sender && [{ address: sender.address, id: sender.id }, sender.requestId],
    headers: headers !== undefined && Object.keys(headers).length > 0 ? headers : undefined,
  };
}

test("what is written is what is read", () => {
  fc.assert(
    fc.property(fc.array(outgoing, { maxLength: 30 }), (messages) => {
      expect(read(write(messages))).toEqual(messages.map(expected));
    }),
  );
});

test("what a connection's earlier batches named changes nothing about what is read from later ones", () => {
  const messages = fc.array(outgoing, { maxLength: 5 });
  fc.assert(
    fc.property(fc.array(messages, { maxLength: 5 }), (batches) => {
      const recent = new RecentTables();
      for (const batch of [...batches, ...batches])
        expect(read(write(batch), recent)).toEqual(batch.map(expected));
    }),
  );
});

test("the bytes are the ones protobuf-es writes", () => {
  fc.assert(
    fc.property(fc.array(outgoing, { minLength: 1, maxLength: 30 }), (messages) => {
      const frame = write(messages);
      expect(toBinary(RemoteMessageSchema, fromBinary(RemoteMessageSchema, frame))).toEqual(frame);
    }),
  );
});

test("each name is written once per batch", () => {
  const message = create(StringValueSchema, { value: "x" });
  const sender = new PID(here, "me", 5);
  const frame = write(
    [1, 2, 3].map((n) => ({ codec, message, target: new PID(there, "you", n), sender, headers: undefined })),
  );
  const batch = open(frame);
  expect([batch.typeNames, batch.targets, batch.senders]).toEqual([
    ["google.protobuf.StringValue"],
    [{ address: there, id: "you" }],
    [{ address: here, id: "me" }],
  ]);
});

test("a batch begins anew after it was finished", () => {
  const batch = new BatchWriter(there, here);
  const [first, second] = ["a", "b"].map(
    (value): Outgoing => ({
      codec,
      message: create(StringValueSchema, { value }),
      target: new PID(there, value),
      sender: undefined,
      headers: undefined,
    }),
  );
  batch.add(first!, roomy);
  batch.finish();
  batch.add(second!, roomy);
  expect(read(batch.finish())).toEqual([expected(second!)]);
});

test("a message whose codec throws, and one that does not fit, leave the batch as it was", () => {
  const batch = new BatchWriter(there, here);
  const good: Outgoing = {
    codec,
    message: create(StringValueSchema, { value: "x" }),
    target: new PID(there, "a"),
    sender: undefined,
    headers: undefined,
  };
  const failing = {
    ...codec,
    encode: () => {
      throw new Error("no");
    },
  };
  batch.add(good, roomy);
  expect(() => batch.add({ ...good, codec: failing }, roomy)).toThrow("no");
  expect(batch.add({ ...good, message: create(StringValueSchema, { value: "y".repeat(500) }) }, 300)).toBe(
    false,
  );
  expect(batch.count).toBe(1);
  expect(read(batch.finish())).toEqual([expected(good)]);
});

/** Frames as protobuf-es writes them, with whatever indices and tables. */
const hostileBatch = fc
  .record({
    typeNames: fc.array(fc.string({ maxLength: 10 }), { maxLength: 3 }),
    targets: fc.array(fc.record({ Address: fc.string({ maxLength: 5 }), Id: fc.string({ maxLength: 5 }) }), {
      maxLength: 3,
    }),
    senders: fc.array(fc.record({ Address: fc.string({ maxLength: 5 }), Id: fc.string({ maxLength: 5 }) }), {
      maxLength: 3,
    }),
    envelopes: fc.array(
      fc.record({
        typeId: fc.integer(),
        target: fc.integer(),
        sender: fc.integer(),
        serializerId: fc.integer(),
        messageData: fc.uint8Array({ maxLength: 20 }),
      }),
      { maxLength: 4 },
    ),
  })
  .map((value) =>
    toBinary(
      RemoteMessageSchema,
      create(RemoteMessageSchema, { messageType: { case: "messageBatch", value } } as RemoteMessage),
    ),
  );

const mutated = fc
  .tuple(
    fc.oneof(hostileBatch, fc.array(outgoing, { maxLength: 5 }).map(write)),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }),
    fc.nat(),
  )
  .map(([frame, changes, cut]) => {
    const copy = frame.slice(0, cut % 3 === 0 ? cut % (frame.length + 1) : frame.length);
    for (const [at, byte] of changes) if (copy.length > 0) copy[at % copy.length] = byte;
    return copy;
  });

test("whatever bytes arrive, reading ends with envelopes inside the frame or with a typed error", () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), hostileBatch, mutated), (frame) => {
      try {
        const outer = readFrame(frame);
        if (outer.kind !== "batch") return;
        const batch = new BatchReader(outer.body, limits);
        while (batch.next()) {
          expect(batch.typeNames[batch.typeIndex]).toBeTypeOf("string");
          expect(batch.targets[batch.targetIndex]).toBeDefined();
          expect(batch.senderIndex === -1 || batch.senders[batch.senderIndex] !== undefined).toBe(true);
          expect(batch.messageStart).toBeLessThanOrEqual(batch.messageEnd);
          expect(batch.messageEnd).toBeLessThanOrEqual(frame.length);
        }
      } catch (error) {
        if (!RemoteError.is(error)) throw error;
        expect(["malformed_frame", "limit_exceeded"]).toContain(error.code);
      }
    }),
    { numRuns: 2_000 },
  );
});

test.for([
  { name: "target", index: { target: 999 } },
  { name: "negative target", index: { target: -1 } },
  { name: "largest target", index: { target: 2 ** 31 - 1 } },
  { name: "sender", index: { sender: 999 } },
  { name: "negative sender", index: { sender: -1 } },
  { name: "type", index: { typeId: 999 } },
  { name: "negative type", index: { typeId: -1 } },
])("an index outside its table is malformed: $name", ({ index }) => {
  const value = { typeNames: ["t"], targets: [{ Id: "x" }], senders: [{ Id: "y" }], envelopes: [index] };
  const frame = toBinary(
    RemoteMessageSchema,
    create(RemoteMessageSchema, { messageType: { case: "messageBatch", value } } as unknown as RemoteMessage),
  );
  expect(() => open(frame).next()).toThrow(expect.objectContaining({ code: "malformed_frame" }));
});

test.for([
  ["a short", [0x1a, 2, 0x08, 0, 0x1a, 3, 0x08, 0]],
  ["a long", [0x1a, 2, 0x08, 0, 0x1a, 0x80, 0x01, 0x08, 0]],
] as const)("a batch that ends inside %s envelope is refused before any is read", ([, bytes]) => {
  const read = () => new BatchReader(new ByteReader(Uint8Array.from(bytes)), limits);
  expect(read).toThrow(expect.objectContaining({ code: "malformed_frame" }));
});

test("more entries, longer names and more headers than allowed are refused", () => {
  const messages = Array.from(
    { length: 3 },
    (): Outgoing => ({
      codec,
      message: create(StringValueSchema),
      target: new PID(there, "some-long-name"),
      sender: undefined,
      headers: { a: "1", b: "2", c: "3" },
    }),
  );
  const frame = write(messages);
  const refusal = expect.objectContaining({ code: "limit_exceeded" });
  expect(() => open(frame, { ...limits, maxEnvelopes: 2 })).toThrow(refusal);
  expect(() => open(frame, { ...limits, maxNameBytes: 13 })).toThrow(refusal);
  expect(() => open(frame, { ...limits, maxHeaders: 2 }).next()).toThrow(refusal);
  expect(() => open(frame, { ...limits, maxHeaderBytes: 10 }).next()).toThrow(refusal);
});

test("a header may have any name without touching prototypes", () => {
  const headers = Object.fromEntries([
    ["__proto__", "p"],
    ["constructor", "c"],
    ["toString", "t"],
  ]);
  const message: Outgoing = {
    codec,
    message: create(StringValueSchema),
    target: new PID(there, "a"),
    sender: undefined,
    headers,
  };
  const batch = open(write([message]));
  batch.next();
  expect(Object.entries(batch.headers!)).toEqual(Object.entries(headers));
  expect(Object.getPrototypeOf(batch.headers)).toBeNull();
  expect(Object.prototype).not.toHaveProperty("p");
});

test("a message that does not fit leaves no memory taken, and what came before it in place", () => {
  const batch = new BatchWriter(there, here);
  const outgoing = (value: string): Outgoing => ({
    message: create(StringValueSchema, { value }),
    codec,
    target: new PID(there, "door"),
    sender: undefined,
    headers: undefined,
  });
  expect(batch.add(outgoing("small"), roomy)).toBe(true);
  expect(batch.add(outgoing("x".repeat(5 * roomy)), roomy)).toBe(false);
  expect(batch.capacity).toBeLessThanOrEqual(roomy);
  expect(Buffer.from(batch.finish()).includes("small")).toBe(true);
});
