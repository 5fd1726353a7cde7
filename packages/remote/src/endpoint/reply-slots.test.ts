import { PID } from "@ts-grain/actor";
import { expect, test } from "vitest";
import { ReplySlots } from "./reply-slots.ts";

const request = (requestId: number) => new PID("here:1", "$futures", requestId);

test("a reply is taken once, under the id that its peer was given", () => {
  const slots = new ReplySlots();
  const replyTo = slots.open(request(7), "there:1");
  expect(replyTo.id).not.toBe("$futures");
  expect(slots.take(replyTo.id, 7)).toBe("$futures");
  expect(slots.take(replyTo.id, 7)).toBeUndefined();
});

test("one peer's id does not open another's slots, and no id those that were not asked for", () => {
  const slots = new ReplySlots();
  const mine = slots.open(request(7), "there:1");
  const theirs = slots.open(request(8), "elsewhere:1");
  expect(mine.id).not.toBe(theirs.id);
  expect([slots.take(mine.id, 8), slots.take(mine.id, 9), slots.take("$futures", 7)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("of more peers than are kept the one that was not asked for longest is forgotten", () => {
  const slots = new ReplySlots();
  const ask = (peer: number, requestId: number) => slots.open(request(requestId), `peer-${peer}:1`);
  const [first, second] = [ask(1, 1), ask(2, 2)];
  for (let peer = 3; peer <= 4_096; peer++) ask(peer, peer);
  ask(1, 5_000);
  ask(4_097, 4_097);
  expect([slots.take(first.id, 1), slots.take(first.id, 5_000)]).toEqual(["$futures", "$futures"]);
  expect(slots.take(second.id, 2)).toBeUndefined();
});

test("what is never answered is forgotten, the oldest first", () => {
  const slots = new ReplySlots();
  const first = slots.open(request(1), "there:1");
  for (let id = 2; id <= 70_000; id++) slots.open(request(id), "there:1");
  expect(slots.take(first.id, 1)).toBeUndefined();
  expect(slots.take(first.id, 70_000)).toBe("$futures");
});
