import { ActorSystem, DeadLetterEvent, type Message, PID, type Process } from "@ts-grain/actor";
import { quietLogger } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { ReplyRelay } from "./reply-relay.ts";

/** A relay, and what reaches other systems. */
function scene() {
  const { processes, eventStream } = new ActorSystem({ logger: quietLogger });
  const late: Message[] = [];
  eventStream.subscribe((event) => {
    if (event instanceof DeadLetterEvent && event.reason === "late_reply") late.push(event.message);
  });
  const sent: (readonly [PID, Message, PID | undefined])[] = [];
  const far: Process = {
    sendUser: (target, message, sender) => sent.push([target, message, sender]),
    sendSystem() {},
  };
  processes.useResolver(() => far);
  return { relay: new ReplyRelay(processes), processes, sent, late };
}

const asker = (number: number) => new PID("asker:1", "$reply-secret", number);

test("an answer goes on to who asked, once, and without its sender", () => {
  const { relay, processes, sent, late } = scene();
  const [first, second] = [relay.open(asker(7)), relay.open(asker(8))];
  expect(processes.getLocal(first.id)).toBe(relay);
  const answer = { answer: 1 };
  relay.sendUser(second, answer, new PID("third:1", "worker"), undefined);
  relay.sendUser(second, answer, undefined, undefined);
  expect(sent).toEqual([[asker(8), answer, undefined]]);
  expect(late).toEqual([answer]);
});

test("of more requests than may wait the oldest of who has most is refused, and who asked is told", () => {
  const { relay, sent } = scene();
  const honest = new PID("honest:1", "$reply-other", 1);
  relay.open(honest);
  const greedy = Array.from({ length: 65_537 }, (_, number) => relay.open(asker(number + 1)));
  expect(sent.map(([target, message]) => [target.requestId, message])).toEqual(
    [1, 2].map((number) => [number, expect.objectContaining({ reason: "overloaded" })]),
  );
  for (const pid of [greedy[0]!, greedy[2]!]) relay.sendUser(pid, {}, undefined, undefined);
  expect(sent.slice(2).map(([target]) => target.requestId)).toEqual([3]);
});
