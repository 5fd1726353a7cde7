import { expect, test } from "vitest";
import { DeadLetterEvent } from "../message/dead-letter.ts";
import { Started } from "../message/lifecycle.ts";
import { isFromRuntime } from "../message/system-message.ts";
import { TestSystem } from "../testing/test-system.ts";
import type { Receive } from "./actor.ts";
import type { ActorContext } from "./actor-context.ts";
import { Behavior } from "./behavior.ts";
import { propsFromFunction, propsFromProducer } from "./props.ts";

/** Keeps all messages until it is told to open, and then answers each with its headers. */
const gate: Receive = (() => {
  let isOpen = false;
  return (context) => {
    if (context.message === "fail") throw new Error("as told");
    if (isFromRuntime(context.message)) isOpen = false;
    else if (context.message === "open") {
      isOpen = true;
      context.unstashAll();
    } else if (isOpen) context.respond([context.message, context.headers]);
    else context.stash();
  };
})();

test("kept messages come back in their order, with sender and headers, before those that wait", async () => {
  await using rig = new TestSystem();
  const { root } = rig.system;
  const order: unknown[] = [];
  const pid = root.spawn(propsFromFunction(gate));
  const replies = [1, 2, 3].map((number) =>
    root.requestAsync(pid, number, { headers: { number: `${number}` } }).then((reply) => order.push(reply)),
  );
  root.send(pid, "open");
  replies.push(root.requestAsync(pid, 4).then((reply) => order.push(reply)));
  await Promise.all(replies);
  expect(order).toEqual([
    [1, { number: "1" }],
    [2, { number: "2" }],
    [3, { number: "3" }],
    [4, {}],
  ]);
});

test("a restart brings kept messages back by itself", async () => {
  await using rig = new TestSystem();
  const seen: unknown[] = [];
  let incarnation = 0;
  const pid = rig.system.root.spawn(
    propsFromProducer(() => {
      const own = ++incarnation;
      return {
        receive(context) {
          if (context.message === "fail") throw new Error("as told");
          if (isFromRuntime(context.message)) return;
          if (own === 1) context.stash();
          else seen.push(context.message);
        },
      };
    }),
  );
  for (const message of ["a", "b", "fail", "c"]) rig.system.root.send(pid, message);
  await rig.settle();
  expect(seen).toEqual(["a", "b", "c"]);
});

test("what is kept when an actor stops becomes dead letters", async () => {
  await using rig = new TestSystem();
  const letters: unknown[] = [];
  rig.system.eventStream.subscribe(
    (event) => event instanceof DeadLetterEvent && letters.push(event.message),
  );
  const pid = rig.system.root.spawn(propsFromFunction(gate));
  const reply = expect(rig.system.root.requestAsync(pid, "kept")).rejects.toMatchObject({
    code: "dead_letter",
  });
  rig.system.root.poison(pid);
  await reply;
  expect(letters).toEqual(["kept"]);
});

test("a behaviour stack handles messages with what is on top", async () => {
  await using rig = new TestSystem();
  const seen: string[] = [];
  const named =
    (name: string): Receive =>
    ({ message }) => {
      if (!isFromRuntime(message)) seen.push(`${name} ${String(message)}`);
    };
  const behavior = new Behavior(named("first"));
  const pid = rig.system.root.spawn(
    propsFromFunction((context) => {
      if (context.message === "become") behavior.become(named("second"));
      else if (context.message === "push") behavior.becomeStacked(named("third"));
      else if (context.message === "pop") behavior.unbecomeStacked();
      else return behavior.receive(context);
    }),
  );
  for (const message of [1, "become", 2, "push", 3, "pop", 4]) rig.system.root.send(pid, message);
  await rig.settle();
  expect(seen).toEqual(["first 1", "second 2", "third 3", "second 4"]);
});

test("a behaviour stack gives its size, and an empty one logs the message it cannot handle", async () => {
  await using rig = new TestSystem();
  const behavior = new Behavior();
  expect(behavior.size).toBe(0);
  behavior.becomeStacked(() => {});
  behavior.becomeStacked(() => {});
  expect(behavior.size).toBe(2);
  behavior.become(() => {});
  expect(behavior.size).toBe(1);
  behavior.unbecomeStacked();
  behavior.unbecomeStacked();
  rig.system.root.spawn(
    propsFromFunction((context) => void (context.message instanceof Started && behavior.receive(context))),
  );
  await rig.settle();
  expect(rig.log.at("error")).toEqual(["an actor has no behaviour left"]);
});

test("a context that is kept for longer than its message neither stashes nor forwards anything", async () => {
  await using rig = new TestSystem();
  let kept: ActorContext | undefined;
  const pid = rig.system.root.spawn(
    propsFromFunction((context) => {
      kept = context;
    }),
  );
  rig.system.root.send(pid, "message");
  await rig.settle();
  expect(kept?.message).toBeUndefined();
  const noMessage = expect.objectContaining({ code: "no_message" });
  expect(() => kept?.stash()).toThrow(noMessage);
  expect(() => kept?.forward(pid)).toThrow(noMessage);
});
