import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { coalesce } from "./coalesce.ts";

/** What is given as it is told, and ends or fails as it is told. */
function createSource(): {
  readonly give: (thing: number) => void;
  readonly end: () => void;
  readonly fail: (error: Error) => void;
  readonly things: ReadableStream<number>;
} {
  let controller!: ReadableStreamDefaultController<number>;
  const things = new ReadableStream<number>({
    start(its) {
      controller = its;
    },
  });
  return {
    things,
    give: (thing) => controller.enqueue(thing),
    end: () => controller.close(),
    fail: (error) => controller.error(error),
  };
}

test("what comes while nobody asks is taken in at once, and counted together", async () => {
  const { things, give, end } = createSource();
  const taken: number[] = [];
  const counts: number[] = [];
  for (const thing of [1, 2, 3]) give(thing);
  for await (const count of coalesce(things, (thing) => taken.push(thing) > 0)) {
    counts.push(count);
    if (taken.includes(6)) continue;
    for (const thing of [4, 5, 6]) give(thing);
    // Whoever asked is busy.
    await setImmediate();
    expect(taken).toEqual([1, 2, 3, 4, 5, 6]);
    end();
  }
  expect(counts.length).toBeLessThan(6);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(6);
});

test("what is no news is taken in and wakes nobody", async () => {
  const { things, give, end } = createSource();
  const taken: number[] = [];
  for (const thing of [2, 4, 6]) give(thing);
  end();
  const counts: number[] = [];
  const isOdd = (thing: number): boolean => taken.push(thing) > 0 && thing % 2 === 1;
  for await (const count of coalesce(things, isOdd)) counts.push(count);
  expect([taken, counts]).toEqual([[2, 4, 6], []]);
});

test("a source that fails has told before what came before", async () => {
  const { things, give, fail } = createSource();
  const counts: number[] = [];
  const follow = async (): Promise<void> => {
    for await (const count of coalesce(things, () => true)) {
      counts.push(count);
      if (counts.length > 1) continue;
      give(2);
      await setImmediate();
      fail(new Error("gone"));
      await setImmediate();
    }
  };
  give(1);
  await expect(follow()).rejects.toThrow("gone");
  expect(counts).toEqual([1, 1]);
});
