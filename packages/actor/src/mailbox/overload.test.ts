import { expect, test } from "vitest";
import { propsFromFunction } from "../actor-cell/props.ts";
import { DeadLetterEvent, DeadLetterResponse } from "../message/dead-letter.ts";
import { Started } from "../message/lifecycle.ts";
import { MessageBatch } from "../message/message-batch.ts";
import { isFromRuntime } from "../message/system-message.ts";
import { TestProbe } from "../testing/test-probe.ts";
import { TestSystem } from "../testing/test-system.ts";
import type { Overflow } from "./bounded-queue.ts";

/** An actor with room for 1 000 messages that handles none before it is let go. */
async function blocked(rig: TestSystem, overflow: Overflow) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const handled: unknown[] = [];
  const pid = rig.system.root.spawn(
    propsFromFunction(
      ({ message }) => {
        if (message instanceof Started) return promise;
        if (!isFromRuntime(message)) handled.push(message);
        return undefined;
      },
      { mailbox: { capacity: 1_000, overflow } },
    ),
  );
  await rig.settle();
  return { pid, handled, release: resolve };
}

test.each<[Overflow, number]>([
  ["reject", 0],
  ["drop_newest", 0],
  ["drop_oldest", 9_000],
])("at ten times its bound a mailbox with %s keeps exactly its bound", async (overflow, first) => {
  await using rig = new TestSystem({ deadLetterLog: { limit: 0 } });
  const { pid, handled, release } = await blocked(rig, overflow);
  for (let number = 0; number < 10_000; number++) rig.system.root.send(pid, number);
  expect(rig.system.stats.deadLetters.overloaded).toBe(9_000);
  release();
  await rig.settle();
  expect(handled).toEqual(Array.from({ length: 1_000 }, (_, index) => first + index));
});

test.each<Overflow>(["reject", "drop_newest"])(
  "a request to a full mailbox with %s rejects at once",
  async (overflow) => {
    await using rig = new TestSystem({ deadLetterLog: { limit: 0 } });
    const { pid, release } = await blocked(rig, overflow);
    for (let number = 0; number < 1_000; number++) rig.system.root.send(pid, number);
    await expect(rig.system.root.requestAsync(pid, "one more")).rejects.toMatchObject({ code: "overloaded" });
    release();
  },
);

test("a request that has to go for a newer one rejects at once", async () => {
  await using rig = new TestSystem({ deadLetterLog: { limit: 0 } });
  const { pid, release } = await blocked(rig, "drop_oldest");
  const oldest = expect(rig.system.root.requestAsync(pid, "oldest")).rejects.toMatchObject({
    code: "overloaded",
  });
  for (let number = 0; number < 1_000; number++) rig.system.root.send(pid, number);
  await oldest;
  release();
});

test("an actor hears of its message's fate only from a mailbox that rejects", async () => {
  await using rig = new TestSystem({ deadLetterLog: { limit: 0 } });
  for (const overflow of ["reject", "drop_newest"] as const) {
    const { pid, release } = await blocked(rig, overflow);
    for (let number = 0; number < 1_000; number++) rig.system.root.send(pid, number);
    const probe = new TestProbe(rig.system);
    probe.request(pid, "one more");
    await rig.settle();
    expect(probe.messages).toEqual(overflow === "reject" ? [new DeadLetterResponse(pid, "overloaded")] : []);
    release();
  }
});

test("a full mailbox takes a stop", async () => {
  await using rig = new TestSystem({ deadLetterLog: { limit: 0 } });
  const { pid, handled, release } = await blocked(rig, "reject");
  for (let number = 0; number < 1_000; number++) rig.system.root.send(pid, number);
  const end = rig.system.root.stopAsync(pid);
  release();
  await end;
  expect(handled).toEqual([]);
  expect(rig.system.stats.deadLetters.stopped).toBe(1_000);
});

test("an actor under a priority mailbox handles what matters most first", async () => {
  await using rig = new TestSystem();
  const handled: unknown[] = [];
  const pid = rig.system.root.spawn(
    propsFromFunction(({ message }) => void (isFromRuntime(message) || handled.push(message)), {
      mailbox: { priority: (message) => message as number },
    }),
  );
  for (const message of [1, 7, 3, 7, 0]) rig.system.root.send(pid, message);
  await rig.settle();
  expect(handled).toEqual([7, 7, 3, 1, 0]);
});

test.each<Overflow>(["reject", "drop_newest", "drop_oldest"])(
  "a full mailbox with %s takes a poison pill, and handles what was queued before",
  async (overflow) => {
    await using rig = new TestSystem({ deadLetterLog: { limit: 0 } });
    const { pid, handled, release } = await blocked(rig, overflow);
    for (let number = 0; number < 1_000; number++) rig.system.root.send(pid, number);
    const end = rig.system.root.poisonAsync(pid);
    release();
    await end;
    expect(handled).toHaveLength(1_000);
  },
);

test("mailbox middleware sees what an actor is sent and takes, a batch and its parts included", async () => {
  await using rig = new TestSystem();
  const seen: string[] = [];
  const name = (message: unknown) => (message instanceof MessageBatch ? "batch" : String(message));
  const pid = rig.system.root.spawn(
    propsFromFunction(() => {}, {
      mailbox: {
        middleware: [
          {
            posted: (message) => seen.push(`posted ${name(message)}`),
            received: (message) => seen.push(`received ${name(message)}`),
            empty: () => seen.push("empty"),
          },
        ],
      },
    }),
  );
  rig.system.root.send(pid, new MessageBatch(["a", "b"]));
  await rig.settle();
  expect(seen).toEqual(["posted batch", "received batch", "empty", "received a", "received b", "empty"]);
});

test("a batch that is not handled is a dead letter as it was sent, after what it holds", async () => {
  await using rig = new TestSystem({ deadLetterLog: { limit: 0 } });
  const letters: unknown[] = [];
  rig.system.eventStream.subscribe(
    (event) => event instanceof DeadLetterEvent && letters.push(event.message),
  );
  const batch = new MessageBatch(["a", "b"]);
  const pid = rig.system.root.spawn(
    propsFromFunction((context) => {
      if (context.message === "a") context.stop(context.self);
    }),
  );
  rig.system.root.send(pid, batch);
  await rig.settle();
  expect(letters).toEqual(["b", batch]);
});

test.each<[Overflow, number[]]>([
  ["reject", [1]],
  ["drop_newest", [1]],
  ["drop_oldest", [3]],
])("a mailbox with room for one and %s keeps one, also after it was empty again", async (overflow, kept) => {
  await using rig = new TestSystem({ deadLetterLog: { limit: 0 } });
  let gate = Promise.withResolvers<void>();
  const handled: unknown[] = [];
  const pid = rig.system.root.spawn(
    propsFromFunction(
      ({ message }) => {
        if (message === "wait") return gate.promise;
        if (!isFromRuntime(message)) handled.push(message);
        return undefined;
      },
      { mailbox: { capacity: 1, overflow } },
    ),
  );
  for (let round = 0; round < 2; round++) {
    rig.system.root.send(pid, "wait");
    await rig.settle();
    for (const message of [1, 2, 3]) rig.system.root.send(pid, message);
    gate.resolve();
    await rig.settle();
    gate = Promise.withResolvers();
  }
  expect(handled).toEqual([...kept, ...kept]);
});
