import { create } from "@bufbuild/protobuf";
import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import { PID } from "@ts-grain/actor";
import { expect, test } from "vitest";
import type { Outgoing } from "../wire/batch-writer.ts";
import { protobufCodec } from "../wire/message-codec.ts";
import { Outbox, type OutboxLimits } from "./outbox.ts";

const limits: OutboxLimits = {
  maxBatchMessages: 10,
  maxBatchBytes: 1_000,
  maxFrameBytes: 3_000,
  maxBufferBytes: 5_000,
};
const codec = protobufCodec(StringValueSchema);
const alike = new PID("there:1", "alike");

function message(length: number): Outgoing {
  const text = create(StringValueSchema, { value: "x".repeat(length) });
  return { message: text, codec, target: new PID("there:1", "a"), sender: undefined, headers: undefined };
}

/** The lengths of the frames that are made of messages of these lengths. */
function framesOf(lengths: readonly number[]): readonly number[] {
  const outbox = new Outbox({ target: "there:1", own: "here:1" }, limits);
  for (const length of lengths) outbox.add(message(length));
  const frames: number[] = [];
  for (let frame = outbox.take(); frame !== undefined; frame = outbox.take()) frames.push(frame.length);
  expect(outbox.isEmpty).toBe(true);
  return frames;
}

test("a batch is closed when it has so many bytes, and when it has so many messages", () => {
  const large = framesOf(Array(9).fill(400));
  expect(large).toHaveLength(3);
  for (const length of large) expect(length).toBeLessThan(limits.maxBatchBytes + 500);
  expect(framesOf(Array(25).fill(1))).toHaveLength(3);
});

test("no frame is longer than the peer takes, and a message that fits into none is refused and leaves the rest alone", () => {
  const frames = framesOf([900, 2_500, 2_900, 900]);
  expect(Math.max(...frames)).toBeLessThanOrEqual(limits.maxFrameBytes);
  const outbox = new Outbox({ target: "there:1", own: "here:1" }, limits);
  outbox.add(message(10));
  expect(() => outbox.add(message(3_000))).toThrow(expect.objectContaining({ code: "message_too_large" }));
  outbox.add(message(10));
  expect(outbox.take()!.length).toBeGreaterThan(20);
});

test("it is full when so many bytes wait, and not once they have left", () => {
  const outbox = new Outbox({ target: "there:1", own: "here:1" }, limits);
  for (let n = 0; n < 5; n++) outbox.add(message(900));
  expect(outbox.isFull).toBe(false);
  outbox.add(message(900));
  expect(outbox.isFull).toBe(true);
  outbox.take();
  expect(outbox.isFull).toBe(false);
});

test("no frame of messages that are like each other is longer than the peer takes", () => {
  const tight = { ...limits, maxBatchMessages: 1_000, maxFrameBytes: 1_000 };
  const outbox = new Outbox({ target: "there:1", own: "here:1" }, tight);
  const lengths = new Set<number>();
  for (let round = 0; round < 40; round++) {
    for (let index = 0; index < 80; index++) {
      const next = { ...message((round * 7 + index * 13) % 50), target: alike };
      if (!outbox.putAlike(next.message, alike, undefined)) outbox.add(next);
    }
    for (let frame = outbox.take(); frame !== undefined; frame = outbox.take()) lengths.add(frame.length);
  }
  expect(Math.max(...lengths)).toBeLessThanOrEqual(tight.maxFrameBytes);
  expect(Math.max(...lengths)).toBeGreaterThan(tight.maxFrameBytes - 10);
});

test("what is like the message before is not taken either while it is full", () => {
  const outbox = new Outbox({ target: "there:1", own: "here:1" }, { ...limits, maxBufferBytes: 500 });
  const next = { ...message(100), target: alike };
  outbox.add(next);
  let taken = 1;
  while (outbox.putAlike(next.message, alike, undefined)) taken++;
  expect(taken).toBe(4);
  // There is still a byte free, so that one more is taken, but not as quickly.
  expect(outbox.isFull).toBe(false);
  outbox.add(next);
  expect(outbox.isFull).toBe(true);
  expect(outbox.putAlike(next.message, alike, undefined)).toBe(false);
  outbox.take();
  expect(outbox.isFull).toBe(false);
});

test("what is like the message before has no more room than closed batches leave", () => {
  const outbox = new Outbox({ target: "there:1", own: "here:1" }, { ...limits, maxBufferBytes: 1_500 });
  const next = { ...message(100), target: alike };
  let taken = 0;
  const take = () => {
    if (outbox.putAlike(next.message, alike, undefined)) return ++taken;
    if (outbox.isFull) return undefined;
    outbox.add(next);
    return ++taken;
  };
  while (take() !== undefined);
  const before = taken;
  let bytes = 0;
  for (let frame = outbox.take(); frame !== undefined; frame = outbox.take()) bytes += frame.length;
  expect(bytes).toBeGreaterThan(1_500);
  expect(bytes).toBeLessThan(1_500 + 150);
  while (take() !== undefined);
  expect(taken).toBe(2 * before);
});

test("it counts the messages that wait", () => {
  const outbox = new Outbox({ target: "there:1", own: "here:1" }, limits);
  for (let n = 0; n < 25; n++) outbox.add(message(1));
  const counts = [outbox.count];
  while (outbox.take() !== undefined) counts.push(outbox.count);
  expect(counts).toEqual([25, 15, 5, 0]);
});
