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

test("of more requests than may wait the oldest is not answered any more", () => {
  const { relay, sent } = scene();
  const pids = Array.from({ length: 16_385 }, (_, number) => relay.open(asker(number + 1)));
  for (const pid of [pids[0]!, pids[1]!]) relay.sendUser(pid, {}, undefined, undefined);
  expect(sent.map(([target]) => target.requestId)).toEqual([2]);
});
