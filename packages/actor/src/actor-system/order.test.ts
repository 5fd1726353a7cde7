import fc from "fast-check";
import { expect, test } from "vitest";
import { propsFromFunction } from "../actor-cell/props.ts";
import { Started } from "../message/lifecycle.ts";
import { isFromRuntime, Terminated } from "../message/system-message.ts";
import { TestSystem } from "../testing/test-system.ts";

test("a million messages from one to another come all, and in their order", async () => {
  await using rig = new TestSystem();
  let expected = 0;
  let wrong = 0;
  const receiver = rig.system.root.spawn(
    propsFromFunction(({ message }) => {
      if (typeof message !== "number") return;
      if (message !== expected) wrong++;
      expected = message + 1;
    }),
  );
  const sender = rig.system.root.spawn(
    propsFromFunction((context) => {
      if (context.message === "go")
        for (let number = 0; number < 1_000_000; number++) context.send(receiver, number);
    }),
  );
  rig.system.root.send(sender, "go");
  await rig.settle();
  expect([expected, wrong]).toEqual([1_000_000, 0]);
});

test("of what 100 senders queue at once, system and user messages each come once", async () => {
  await using rig = new TestSystem();
  const handled: number[] = Array.from({ length: 100 }, () => 0);
  const heard: number[] = Array.from({ length: 100 }, () => 0);
  const receiver = rig.system.root.spawn(
    propsFromFunction(({ message }) => {
      if (typeof message === "number") handled[message]!++;
    }),
  );
  for (let number = 0; number < 100; number++) {
    const sender = propsFromFunction((context) => {
      if (context.message instanceof Started) {
        context.watch(receiver);
        for (let left = 1_000; left > 0; left--) context.send(receiver, number);
      }
      if (context.message instanceof Terminated) heard[number]!++;
    });
    rig.system.root.spawn(sender);
  }
  await rig.settle();
  rig.system.root.stop(receiver);
  await rig.settle();
  expect(new Set(handled)).toEqual(new Set([1_000]));
  expect(new Set(heard)).toEqual(new Set([1]));
});

interface Numbered {
  readonly from: number;
  readonly number: number;
}

/** Sends from each sender to each receiver, whose handlers wait as the waits say, and counts what is out of order. */
async function shuffle(
  senders: number,
  receivers: number,
  { messages, waits }: { messages: number; waits: readonly number[] },
) {
  await using rig = new TestSystem();
  const faults = { order: 0, overlap: 0 };
  let handled = 0;
  const pids = Array.from({ length: receivers }, () => {
    const lastOf = new Map<number, number>();
    let isHandling = false;
    return rig.system.root.spawn(
      propsFromFunction(async ({ message }) => {
        if (isFromRuntime(message)) return;
        if (isHandling) faults.overlap++;
        isHandling = true;
        const { from, number } = message as Numbered;
        if (number <= (lastOf.get(from) ?? -1)) faults.order++;
        lastOf.set(from, number);
        for (let left = waits[number % waits.length] ?? 0; left > 0; left--) await undefined;
        isHandling = false;
        handled++;
      }),
    );
  });
  const sending = propsFromFunction((context) => {
    if (typeof context.message !== "number") return;
    for (let number = 0; number < messages; number++) {
      context.send(pids[number % receivers]!, { from: context.message, number });
    }
  });
  for (let from = 0; from < senders; from++) rig.system.root.send(rig.system.root.spawn(sending), from);
  await rig.settle();
  return { ...faults, handled };
}

test("each of 50 senders reaches each of 20 receivers in order, and no two handlers of one overlap", async () => {
  const outcome = await shuffle(50, 20, { messages: 2_000, waits: [0, 1, 0, 3, 2, 0, 0, 7] });
  expect(outcome).toEqual({ order: 0, overlap: 0, handled: 100_000 });
});

test("whatever the handlers wait for, order and turns hold", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 10 }),
      async (senders, receivers, waits) => {
        const outcome = await shuffle(senders, receivers, { messages: 40, waits });
        expect(outcome).toEqual({ order: 0, overlap: 0, handled: senders * 40 });
      },
    ),
    { numRuns: 50 },
  );
});
