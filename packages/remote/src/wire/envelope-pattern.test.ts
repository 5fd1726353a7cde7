import { create } from "@bufbuild/protobuf";
import { EmptySchema, StringValueSchema } from "@bufbuild/protobuf/wkt";
import { PID } from "@ts-grain/actor";
import fc from "fast-check";
import { expect, test } from "vitest";
import { BatchWriter, type Outgoing } from "./batch-writer.ts";
import { type MessageCodec, protobufCodec } from "./message-codec.ts";

const roomy = 1024 * 1024;
const there = "there:2";
const here = "here:1";

// Few of each, so that many messages are like the one before.
const texts = protobufCodec(StringValueSchema);
const text = fc
  .oneof(fc.constantFrom("", "x"), fc.string({ maxLength: 300 }))
  .map((value) => ({ codec: texts, message: create(StringValueSchema, { value }) }));
const nothing = fc.constant({ codec: protobufCodec(EmptySchema), message: create(EmptySchema) });
const others = Array.from({ length: 200 }, (_other, index) => new PID(there, `other ${index}`));
const targets = [new PID(there, "a"), new PID(there, "b"), new PID(there, "a", 7)];
const senders = [undefined, new PID(here, "a"), new PID("third:3", "b"), new PID(here, "a", 9)];
const sent: fc.Arbitrary<Outgoing> = fc
  .record({
    what: fc.oneof(text, nothing),
    target: fc.oneof(fc.constantFrom(...targets), fc.constantFrom(...others)),
    sender: fc.constantFrom(...senders),
    headers: fc.constantFrom(undefined, undefined, undefined, { user: "ada" }),
  })
  .map(({ what, target, sender, headers }) => ({ ...what, target, sender, headers }));
const repeated = fc.array(fc.tuple(sent, fc.nat(3)), { maxLength: 40 });

/** As an outbox does. */
function addQuickly(batch: BatchWriter, outgoing: Outgoing): boolean {
  const { message, target, sender, headers } = outgoing;
  const isAlike = headers === undefined && batch.putAlike(roomy, message, target, sender);
  if (!isAlike) batch.add(outgoing, roomy);
  return isAlike;
}

test("a message like the one before is written in the same bytes as any other", () => {
  fc.assert(
    fc.property(fc.array(repeated, { maxLength: 3 }), (batches) => {
      const [quick, thorough] = [new BatchWriter(there, here), new BatchWriter(there, here)];
      for (const messages of batches) {
        for (const [outgoing, more] of messages) {
          for (let time = 0; time <= more; time++) {
            addQuickly(quick, outgoing);
            thorough.add(outgoing, roomy);
          }
        }
        expect(quick.count).toBe(thorough.count);
        expect(quick.finish()).toEqual(thorough.finish());
      }
    }),
  );
});

const hello = { ...create(StringValueSchema, { value: "hello" }) };
const plain: Outgoing = {
  message: hello,
  codec: texts,
  target: targets[0]!,
  sender: senders[1],
  headers: undefined,
};

test.each<[string, Partial<Outgoing>, boolean]>([
  ["is like it", {}, true],
  ["has another text", { message: create(StringValueSchema, { value: "again" }) }, true],
  ["is of another type", { message: create(EmptySchema), codec: protobufCodec(EmptySchema) }, false],
  ["goes elsewhere", { target: targets[1]! }, false],
  ["comes from somebody else", { sender: senders[2] }, false],
  ["comes from nobody", { sender: undefined }, false],
])("a message that %s follows one", (_how, change, isAlike) => {
  const batch = new BatchWriter(there, here);
  expect(addQuickly(batch, plain)).toBe(false);
  expect(addQuickly(batch, { ...plain, ...change })).toBe(isAlike);
});

test.each<[string, Partial<Outgoing>]>([
  ["is a request", { sender: new PID(here, "a", 9) }],
  ["answers one", { target: new PID(there, "a", 9) }],
  ["has headers", { headers: { user: "ada" } }],
  ["is to be answered under another name", { replyTo: new PID(here, "secret") }],
])("no message follows one that %s, though it goes the same way", (_how, change) => {
  const batch = new BatchWriter(there, here);
  const first = { ...plain, ...change };
  batch.add(first, roomy);
  expect(batch.putAlike(roomy, hello, first.target, first.sender)).toBe(false);
});

test("no message follows one of the batch before", () => {
  const batch = new BatchWriter(there, here);
  addQuickly(batch, plain);
  batch.finish();
  expect(addQuickly(batch, plain)).toBe(false);
});

test("one whose codec throws, or that does not fit, leaves the batch as it was", () => {
  let fails = false;
  const codec: MessageCodec = {
    ...texts,
    encode(message, into) {
      texts.encode(message, into);
      if (fails) throw new Error("no");
    },
  };
  const batch = new BatchWriter(there, here);
  batch.add({ ...plain, codec }, roomy);
  const { byteLength } = batch;
  fails = true;
  expect(batch.putAlike(roomy, hello, plain.target, plain.sender)).toBe(false);
  fails = false;
  expect(batch.putAlike(byteLength, hello, plain.target, plain.sender)).toBe(false);
  expect([batch.count, batch.byteLength]).toEqual([1, byteLength]);
  expect(batch.putAlike(roomy, hello, plain.target, plain.sender)).toBe(true);
});

test("one that is sent while another is encoded is left to be refused", () => {
  const batch = new BatchWriter(there, here);
  const inner: boolean[] = [];
  const codec: MessageCodec = {
    ...texts,
    encode(message, into) {
      inner.push(batch.putAlike(roomy, hello, plain.target, plain.sender));
      texts.encode(message, into);
    },
  };
  for (let time = 0; time < 2; time++) addQuickly(batch, { ...plain, codec });
  expect(inner).toEqual([false, false]);
  expect(batch.count).toBe(2);
});
