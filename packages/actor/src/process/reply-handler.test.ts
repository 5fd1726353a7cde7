import { expect, test } from "vitest";
import { propsFromFunction } from "../actor-cell/props.ts";
import type { Message } from "../message/message.ts";
import { PID } from "../pid/pid.ts";
import { TestSystem } from "../testing/test-system.ts";
import type { ReplyHandler } from "./reply-handler.ts";

const echo = propsFromFunction((context) => {
  if (context.sender) context.respond(context.message);
});
const silent = propsFromFunction(() => {});

class Heard implements ReplyHandler {
  readonly replies: Message[] = [];
  readonly failures: unknown[] = [];

  onReply(reply: Message): void {
    this.replies.push(reply);
  }

  onFailure(error: unknown): void {
    this.failures.push(error);
  }
}

const coded = (code: string) => expect.objectContaining({ code });

test("a handler hears the reply to its request, once, and to no other", async () => {
  await using rig = new TestSystem();
  const { root } = rig.system;
  const pid = root.spawn(
    propsFromFunction(({ sender, message }) => {
      for (let time = 0; time < 2 && sender; time++) root.send(sender, `${message as string} ${time}`);
    }),
  );
  const handlers = ["a", "b", "c"].map((question) => {
    const handler = new Heard();
    root.requestInto(pid, question, handler);
    return handler;
  });
  const promised = root.requestAsync(pid, "d");
  await rig.settle();
  expect(handlers.map(({ replies }) => replies)).toEqual([["a 0"], ["b 0"], ["c 0"]]);
  expect(handlers.flatMap(({ failures }) => failures)).toEqual([]);
  await expect(promised).resolves.toBe("d 0");
  expect(rig.system.stats.deadLetters.late_reply).toBe(4);
});

test("a handler hears that nobody got the request, and that nobody answered in time", async () => {
  await using rig = new TestSystem({ deadLetterLog: { limit: 0 } });
  const { root } = rig.system;
  const [lost, late] = [new Heard(), new Heard()];
  root.requestInto(new PID(rig.system.address, "nobody"), "a", lost);
  root.requestInto(root.spawn(silent), "b", late, { timeoutMs: 10 });
  await rig.settle();
  expect(late.failures).toEqual([]);
  await rig.clock.advance(10);
  expect([lost, late].map(({ failures }) => failures)).toEqual([
    [coded("dead_letter")],
    [coded("deadline_exceeded")],
  ]);
});

test("a handler hears that its signal aborts", async () => {
  await using rig = new TestSystem();
  const { root } = rig.system;
  const controller = new AbortController();
  const handlers = [new Heard(), new Heard()];
  const pid = root.spawn(silent);
  root.requestInto(pid, "a", handlers[0]!, { signal: controller.signal });
  controller.abort("enough");
  root.requestInto(pid, "b", handlers[1]!, { signal: controller.signal });
  expect(handlers.map(({ failures }) => failures)).toEqual([["enough"], ["enough"]]);
});

test("what cannot be sent at all is a failure that the handler hears of, and leaves nothing that waits", async () => {
  const rig = new TestSystem();
  const { root } = rig.system;
  const pid = root.spawn(echo);
  const heard = new Heard();
  root.requestInto(pid, undefined as unknown as Message, heard);
  root.requestInto(pid, "a", heard, { timeoutMs: -1 });
  await rig.system.shutdown();
  root.requestInto(pid, "b", heard);
  expect(heard.failures).toEqual([coded("invalid_message"), coded("invalid_options"), coded("stopped")]);
  expect(heard.replies).toEqual([]);
});

test("a handler may ask again when it is told that nobody has answered in time", async () => {
  await using rig = new TestSystem();
  const { root } = rig.system;
  const pid = root.spawn(silent);
  const failedAtMs: number[] = [];
  /** Fails twice: after 200 ms, and 300 ms after that. */
  const handler = (timeoutMs: number, again: () => void): ReplyHandler => ({
    onReply() {},
    onFailure() {
      failedAtMs.push(rig.clock.nowMs());
      if (timeoutMs === 200) again();
    },
  });
  const ask = (timeoutMs: number): void =>
    root.requestInto(
      pid,
      "a",
      handler(timeoutMs, () => ask(300)),
      { timeoutMs },
    );
  // So many that they wait side by side, and that some slots are still to be looked at.
  for (let count = 0; count < 20; count++) ask(200);
  const startMs = rig.clock.nowMs();
  await rig.clock.advance(250);
  expect(failedAtMs).toHaveLength(20);
  await rig.clock.advance(1_000);
  expect(failedAtMs).toHaveLength(40);
  const again = failedAtMs.slice(20).map((atMs) => atMs - startMs);
  expect(Math.min(...again)).toBeGreaterThanOrEqual(500);
  expect(Math.max(...again)).toBeLessThanOrEqual(700);
});

test("a handler that asks again for less time than others have is told in time", async () => {
  await using rig = new TestSystem();
  const { root } = rig.system;
  const [echoing, mute] = [root.spawn(echo), root.spawn(silent)];
  // From here on the table is used from its beginning again, where this sweep has already been.
  for (let count = 0; count < 61; count++) await root.requestAsync(echoing, "a");
  const failedAtMs: number[] = [];
  const second: ReplyHandler = { onReply() {}, onFailure: () => void failedAtMs.push(rig.clock.nowMs()) };
  const first: ReplyHandler = {
    onReply() {},
    onFailure: () => root.requestInto(mute, "b", second, { timeoutMs: 10 }),
  };
  root.requestInto(mute, "b", new Heard(), { timeoutMs: 150 });
  root.requestInto(mute, "b", first, { timeoutMs: 60 });
  const startMs = rig.clock.nowMs();
  await rig.clock.advance(500);
  expect(failedAtMs.map((atMs) => atMs - startMs)).toEqual([70]);
});

test("what one handler throws keeps no other from being told", async () => {
  await using rig = new TestSystem({ deadLetterLog: { limit: 0 } });
  const { root } = rig.system;
  const unhandled: unknown[] = [];
  const listen = (error: unknown) => unhandled.push(error);
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", listen);
  try {
    const throwing: ReplyHandler = {
      onReply() {
        throw new Error("reply");
      },
      onFailure() {
        throw new Error("failure");
      },
    };
    const heard = new Heard();
    const pid = root.spawn(silent);
    for (const handler of [throwing, heard]) root.requestInto(pid, "a", handler, { timeoutMs: 10 });
    root.requestInto(root.spawn(echo), "b", throwing);
    await rig.clock.advance(200);
    expect(heard.failures).toEqual([coded("deadline_exceeded")]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([new Error("reply"), new Error("failure")]);
  } finally {
    process.removeListener("unhandledRejection", listen);
    for (const other of others) process.on("unhandledRejection", other);
  }
});

test("a handler that waits when the system is shut down is told", async () => {
  const rig = new TestSystem();
  const heard = new Heard();
  rig.system.root.requestInto(rig.system.root.spawn(silent), "a", heard);
  await rig.settle();
  await rig.system.shutdown();
  expect(heard.failures).toEqual([coded("stopped")]);
});
