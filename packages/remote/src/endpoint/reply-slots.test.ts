import { PID } from "@ts-grain/actor";
import { expect, test } from "vitest";
import type { Peer } from "./peer.ts";
import { ReplySlots } from "./reply-slots.ts";

const request = (requestId: number) => new PID("here:1", "$futures", requestId);
const peerAt = (address: string): Peer => ({
  systemId: address,
  address,
  isTsGrain: true,
  features: new Set<number>(),
});
const there = peerAt("there:1");

test("a reply is taken once, under the id that its peer was given", () => {
  const slots = new ReplySlots("asked");
  const replyTo = slots.open(request(7), "there:1");
  expect(replyTo.id).not.toBe("$futures");
  expect(slots.take(replyTo.id, 7, there)).toBe("$futures");
  expect(slots.take(replyTo.id, 7, there)).toBeUndefined();
});

test("one peer's id does not open another's slots, and no id those that were not asked for", () => {
  const slots = new ReplySlots("asked");
  const mine = slots.open(request(7), "there:1");
  const theirs = slots.open(request(8), "elsewhere:1");
  expect(mine.id).not.toBe(theirs.id);
  expect([
    slots.take(mine.id, 8, there),
    slots.take(mine.id, 9, there),
    slots.take("$futures", 7, there),
  ]).toEqual([undefined, undefined, undefined]);
});

test("of more peers than are kept the one that was not asked for longest is forgotten", () => {
  const slots = new ReplySlots("asked");
  const ask = (peer: number, requestId: number) => slots.open(request(requestId), `peer-${peer}:1`);
  const [first, second] = [ask(1, 1), ask(2, 2)];
  for (let peer = 3; peer <= 4_096; peer++) ask(peer, peer);
  ask(1, 5_000);
  ask(4_097, 4_097);
  expect([
    slots.take(first.id, 1, peerAt("peer-1:1")),
    slots.take(first.id, 5_000, peerAt("peer-1:1")),
  ]).toEqual(["$futures", "$futures"]);
  expect(slots.take(second.id, 2, peerAt("peer-2:1"))).toBeUndefined();
});

test("what is never answered is forgotten, the oldest first", () => {
  const slots = new ReplySlots("asked");
  const first = slots.open(request(1), "there:1");
  for (let id = 2; id <= 70_000; id++) slots.open(request(id), "there:1");
  expect(slots.take(first.id, 1, there)).toBeUndefined();
  expect(slots.take(first.id, 70_000, there)).toBe("$futures");
});

test("who knows another peer's id cannot answer under it, and takes nothing away", () => {
  const slots = new ReplySlots("asked");
  const replyTo = slots.open(request(7), "there:1");
  const thief = peerAt("thief:1");
  expect(slots.take(replyTo.id, 7, thief)).toBeUndefined();
  expect([slots.isOfAnother(replyTo.id, thief), slots.isOfAnother(replyTo.id, there)]).toEqual([true, false]);
  expect(slots.isOfAnother("$reply-unknown", thief)).toBe(false);
  expect(slots.take(replyTo.id, 7, there)).toBe("$futures");
  slots.open(request(8), "there:1");
  expect(slots.take(replyTo.id, 8, thief)).toBeUndefined();
  expect(slots.take(replyTo.id, 8, there)).toBe("$futures");
});

test("where anyone may answer, who knows a peer's id answers what this peer was asked, and nothing else", () => {
  const slots = new ReplySlots("anyone");
  const replyTo = slots.open(request(7), "there:1");
  slots.open(request(8), "elsewhere:1");
  const other = peerAt("other:1");
  expect([slots.take(replyTo.id, 8, other), slots.take(replyTo.id, 7, other)]).toEqual([
    undefined,
    "$futures",
  ]);
  expect(slots.take(replyTo.id, 7, there)).toBeUndefined();
});

test("what never left is taken back, and answered by nobody", () => {
  const slots = new ReplySlots("asked");
  const replyTo = slots.open(request(7), "there:1");
  expect(slots.takeBack(replyTo.id, 7)).toBe("$futures");
  expect(slots.takeBack(replyTo.id, 7)).toBeUndefined();
  expect(slots.take(replyTo.id, 7, there)).toBeUndefined();
});
