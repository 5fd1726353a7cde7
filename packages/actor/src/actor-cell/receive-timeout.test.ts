import { expect, test } from "vitest";
import { ReceiveTimeout, Started } from "../message/lifecycle.ts";
import { isFromRuntime } from "../message/system-message.ts";
import type { PID } from "../pid/pid.ts";
import { oneForOne } from "../supervision/one-for-one.ts";
import { TestSystem } from "../testing/test-system.ts";
import type { ActorContext } from "./actor-context.ts";
import { propsFromFunction } from "./props.ts";

/** An actor with a receive timeout of 100 ms that notes when it was reached. */
function idler(rig: TestSystem, then: (context: ActorContext) => void | Promise<void> = () => {}) {
  const timeoutsAtMs: number[] = [];
  const pid = rig.system.root.spawn(
    propsFromFunction((context) => {
      if (context.message instanceof Started) context.setReceiveTimeout(100);
      if (context.message instanceof ReceiveTimeout) timeoutsAtMs.push(rig.clock.nowMs());
      return then(context);
    }),
  );
  return { pid, timeoutsAtMs };
}

test("ReceiveTimeout comes after each period without a message, until the actor stops", async () => {
  await using rig = new TestSystem();
  const { pid, timeoutsAtMs } = idler(rig);
  await rig.clock.advance(350);
  expect(timeoutsAtMs).toEqual([100, 200, 300]);
  rig.system.root.stop(pid);
  await rig.clock.advance(1_000);
  expect(timeoutsAtMs).toHaveLength(3);
  expect(rig.clock.scheduled).toBe(0);
});

test("a message begins the period anew", async () => {
  await using rig = new TestSystem();
  const { pid, timeoutsAtMs } = idler(rig);
  for (const ms of [60, 60, 60]) {
    await rig.clock.advance(ms);
    rig.system.root.send(pid, "hello", { headers: { a: "b" } });
  }
  await rig.clock.advance(100);
  expect(timeoutsAtMs).toEqual([280]);
});

test("a message that says so does not count, with or without headers", async () => {
  await using rig = new TestSystem();
  const { pid, timeoutsAtMs } = idler(rig);
  await rig.clock.advance(60);
  rig.system.root.send(pid, { influencesReceiveTimeout: false });
  rig.system.root.send(pid, { influencesReceiveTimeout: false }, { headers: { a: "b" } });
  await rig.clock.advance(40);
  expect(timeoutsAtMs).toEqual([100]);
});

test("the period begins when a long handler has ended", async () => {
  await using rig = new TestSystem();
  const { promise, resolve } = Promise.withResolvers<void>();
  const { pid, timeoutsAtMs } = idler(rig, ({ message }) => (message === "wait" ? promise : undefined));
  rig.system.root.send(pid, "wait");
  await rig.clock.advance(500);
  resolve();
  await rig.clock.advance(99);
  expect(timeoutsAtMs).toEqual([]);
  await rig.clock.advance(1);
  expect(timeoutsAtMs).toEqual([600]);
});

test("cancelling ends it, and setting it again sets another period", async () => {
  await using rig = new TestSystem();
  const { pid, timeoutsAtMs } = idler(rig, (context) => {
    if (context.message === "cancel") context.cancelReceiveTimeout();
    if (context.message === "longer") context.setReceiveTimeout(250);
  });
  rig.system.root.send(pid, "cancel");
  await rig.clock.advance(1_000);
  expect(timeoutsAtMs).toEqual([]);
  rig.system.root.send(pid, "longer");
  await rig.clock.advance(250);
  expect(timeoutsAtMs).toEqual([1_250]);
});

test("a restart ends it", async () => {
  await using rig = new TestSystem();
  let incarnation = 0;
  const timeouts: number[] = [];
  const pid = rig.system.root.spawn(
    propsFromFunction((context) => {
      if (context.message instanceof Started && ++incarnation === 1) context.setReceiveTimeout(100);
      if (context.message instanceof ReceiveTimeout) timeouts.push(incarnation);
      if (context.message === "fail") throw new Error("as told");
    }),
  );
  rig.system.root.send(pid, "fail");
  await rig.clock.advance(1_000);
  expect(timeouts).toEqual([]);
  expect(rig.clock.scheduled).toBe(0);
});

test("an actor that waits for its supervisor gets no ReceiveTimeout before it goes on", async () => {
  const quietFailure = { influencesReceiveTimeout: false };
  for (const directive of ["restart", "resume"] as const) {
    await using rig = new TestSystem();
    const timeoutsAtMs: number[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    let pid: PID | undefined;
    const child = propsFromFunction((context) => {
      if (context.message instanceof Started) context.setReceiveTimeout(100);
      if (context.message instanceof ReceiveTimeout) timeoutsAtMs.push(rig.clock.nowMs());
      if (context.message === quietFailure) throw new Error("as told");
    });
    // The parent decides once its turn is over.
    const parent = propsFromFunction(
      (context) => {
        if (!(context.message instanceof Started)) return undefined;
        pid = context.spawn(child);
        return promise;
      },
      { supervisionStrategy: oneForOne({ decider: () => directive }) },
    );
    rig.system.root.spawn(parent);
    await rig.clock.advance(50);
    rig.system.root.send(pid!, quietFailure);
    await rig.clock.advance(450);
    expect(timeoutsAtMs).toEqual([]);
    resolve();
    await rig.clock.advance(100);
    expect(timeoutsAtMs).toEqual(directive === "resume" ? [500, 600] : [600]);
  }
});

test.each([0, -1, Number.NaN])("a period of %d is refused", async (timeoutMs) => {
  await using rig = new TestSystem();
  const codes: string[] = [];
  rig.system.root.spawn(
    propsFromFunction((context) => {
      if (!(context.message instanceof Started)) return;
      expect(() => context.setReceiveTimeout(timeoutMs)).toThrow(
        expect.objectContaining({ code: "invalid_options" }),
      );
      codes.push("refused");
    }),
  );
  await rig.settle();
  expect(codes).toEqual(["refused"]);
});

// Whatever comes first, the alarm or the message, in whatever turn: the message is handled, or its sender is told.
test.each([
  ["before the alarm", 99, "before"],
  ["in the alarm's moment, before its turn", 100, "before"],
  ["in the alarm's moment, after its turn", 100, "after"],
  ["after the stop", 101, "after"],
])(
  "a message %s meets an actor that stops when idle, and is handled or answered for",
  async (_name, atMs, order) => {
    await using rig = new TestSystem();
    const handled: unknown[] = [];
    const pid = rig.system.root.spawn(
      propsFromFunction((context) => {
        if (context.message instanceof Started) context.setReceiveTimeout(100);
        if (context.message instanceof ReceiveTimeout) context.poison(context.self);
        if (isFromRuntime(context.message)) return;
        handled.push(context.message);
        context.respond("handled");
      }),
    );
    let outcome = "";
    const ask = () =>
      void rig.system.root.requestAsync<string>(pid, "hello").then(
        (reply) => {
          outcome = reply;
        },
        (error: { readonly code: string }) => {
          outcome = error.code;
        },
      );
    await rig.settle();
    if (order === "before") rig.clock.schedule(atMs, ask);
    await rig.clock.advance(atMs);
    if (order === "after") ask();
    await rig.settle();
    expect([
      ["handled", 1],
      ["dead_letter", 0],
    ]).toContainEqual([outcome, handled.length]);
  },
);
