import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { PoisonPill } from "../message/control-message.ts";
import { PID } from "../pid/pid.ts";
import { BoundedQueue, type Overflow } from "./bounded-queue.ts";
import { firstQueue } from "./mailbox-options.ts";
import type { MessageQueue } from "./message-queue.ts";
import { MessageRing } from "./message-ring.ts";
import { ObservedQueue } from "./observed-queue.ts";
import { PriorityQueue } from "./priority-queue.ts";

function drain(queue: MessageQueue): unknown[] {
  const taken: unknown[] = [];
  for (let message = queue.shift(); message !== undefined; message = queue.shift()) taken.push(message);
  return taken;
}

test("a ring does what an array does", () => {
  const steps = fc.array(fc.constantFrom("push", "push", "push", "unshift", "shift", "release"), {
    maxLength: 3_000,
  });
  fc.assert(
    fc.property(steps, (names) => {
      const ring = new MessageRing();
      const array: (readonly [number, PID])[] = [];
      names.forEach((name, number) => {
        const origin = new PID("x:1", `${number}`);
        if (name === "push") {
          ring.push(number, origin);
          array.push([number, origin]);
        } else if (name === "unshift") {
          ring.unshift(number, origin);
          array.unshift([number, origin]);
        } else if (name === "release") {
          ring.release();
        } else {
          const first = array.shift();
          expect(ring.shift()).toBe(first?.[0]);
          if (first) expect(ring.origin).toBe(first[1]);
        }
        expect(ring.length).toBe(array.length);
      });
      expect(drain(ring)).toEqual(array.map(([number]) => number));
    }),
    { numRuns: 50 },
  );
});

test("a ring that was flooded and is empty gives its memory back, and still works", () => {
  const ring = new MessageRing();
  for (let number = 0; number < 10_000; number++) ring.push(number, undefined);
  ring.release();
  expect(drain(ring)).toHaveLength(10_000);
  ring.release();
  ring.push("again", undefined);
  expect(drain(ring)).toEqual(["again"]);
});

test.each<[Overflow, unknown, unknown[]]>([
  ["reject", { message: 4, origin: undefined, answer: "any_sender" }, [1, 2, 3]],
  ["drop_newest", { message: 4, origin: undefined, answer: "requester" }, [1, 2, 3]],
  ["drop_oldest", { message: 1, origin: undefined, answer: "requester" }, [2, 3, 4]],
])("a full queue with %s gives the message that must go", (overflow, refused, kept) => {
  const queue = new BoundedQueue(new MessageRing(), { capacity: 3, overflow });
  for (const message of [1, 2, 3]) expect(queue.push(message, undefined)).toBeUndefined();
  expect(queue.push(4, undefined)).toEqual(refused);
  expect(drain(queue)).toEqual(kept);
});

test("a message that is put back finds place in a full queue", () => {
  const queue = new BoundedQueue(new MessageRing(), { capacity: 1, overflow: "reject" });
  queue.push("second", undefined);
  queue.unshift("first", undefined);
  expect(drain(queue)).toEqual(["first", "second"]);
});

test.each<Overflow>(["reject", "drop_newest", "drop_oldest"])(
  "a poison pill is not lost to %s",
  (overflow) => {
    const queue = new BoundedQueue(new MessageRing(), { capacity: 2, overflow });
    for (const message of [1, 2, PoisonPill.instance]) expect(queue.push(message, undefined)).toBeUndefined();
    for (const message of [3, 4, 5]) expect(queue.push(message, undefined)).toBeDefined();
    expect(drain(queue)).toContain(PoisonPill.instance);
  },
);

test("messages of a higher priority go first, those of one priority in their order", () => {
  const queue = new PriorityQueue((message) => (message as { readonly priority: number }).priority);
  const messages = [5, 0, 7, 4, 6, 7, 0, 5].map((priority, number) => ({ priority, number }));
  for (const message of messages) queue.push(message, undefined);
  expect(drain(queue)).toEqual(
    [7, 7, 6, 5, 5, 4, 0, 0].map((priority, index) =>
      expect.objectContaining({ priority, number: [2, 5, 4, 0, 7, 3, 1, 6][index] }),
    ),
  );
});

test("a priority outside 0 to 7 is taken as the nearest", () => {
  const queue = new PriorityQueue((message) => message as number);
  for (const message of [-5, 3, 99, 7]) queue.push(message, undefined);
  expect(drain(queue)).toEqual([99, 7, 3, -5]);
});

test("a message without a number counts as priority 4, and a poison pill as 0", () => {
  const queue = new PriorityQueue((message) => Number(message));
  for (const message of [PoisonPill.instance, 0, "none", 4, 3, 5]) queue.push(message, undefined);
  expect(drain(queue)).toEqual([5, "none", 4, 3, PoisonPill.instance, 0]);
});

test("a queue that wraps others gives their memory back too", () => {
  const rings = [new MessageRing(), new MessageRing()];
  const released = rings.map((ring) => vi.spyOn(ring, "release"));
  new BoundedQueue(rings[0]!, { capacity: 1, overflow: "reject" }).release();
  new ObservedQueue(rings[1]!, []).release();
  for (const release of released) expect(release).toHaveBeenCalledOnce();
  const priorities = new PriorityQueue((message) => message as number);
  for (let number = 0; number < 10_000; number++) priorities.push(number % 8, undefined);
  expect(drain(priorities)).toHaveLength(10_000);
  priorities.release();
  priorities.push(1, undefined);
  expect(drain(priorities)).toEqual([1]);
});

test("middleware is told what is posted, what is taken and when nothing is left", () => {
  const seen: unknown[] = [];
  const queue = new ObservedQueue(new MessageRing(), [
    {
      started: () => seen.push("started"),
      posted: (message) => seen.push(`posted ${String(message)}`),
      received: (message) => seen.push(`received ${String(message)}`),
      empty: () => seen.push("empty"),
    },
    {},
  ]);
  queue.push(1, undefined);
  queue.push(2, undefined);
  expect(drain(queue)).toEqual([1, 2]);
  expect(seen).toEqual(["started", "posted 1", "posted 2", "received 1", "received 2", "empty"]);
});

test("options that ask for nothing make no queue", () => {
  expect(firstQueue(undefined)).toBeUndefined();
  expect(firstQueue({})).toBeUndefined();
});

test.each([
  { capacity: 0 },
  { capacity: Number.NaN },
  { capacity: 5, priority: () => 0, overflow: "drop_oldest" as const },
])("options that make no sense are refused: %o", (options) => {
  expect(() => firstQueue(options)).toThrow(expect.objectContaining({ code: "invalid_options" }));
});
