import { expect, test } from "vitest";
import { expectCount, measureRate } from "./rate.ts";

/** Work of which each unit takes a fixed time, on a clock that only work moves. */
function steadyWork({ msPerUnit }: { readonly msPerUnit: number }) {
  const sizes: number[] = [];
  let nowMs = 0;
  const work = (size: number) => {
    sizes.push(size);
    nowMs += size * msPerUnit;
    return Promise.resolve(size);
  };
  return { work, sizes, clock: { nowMs: () => nowMs } };
}

test("the rate is what was done in a second", async () => {
  const { work, clock } = steadyWork({ msPerUnit: 0.001 });
  expect(await measureRate(work, { measureMs: 1000, warmUpMs: 0, clock })).toBeCloseTo(1e6);
});

test("the work doubles until it takes a quarter of the time, and then fills it", async () => {
  const { work, sizes, clock } = steadyWork({ msPerUnit: 0.01 });
  await measureRate(work, { measureMs: 1000, warmUpMs: 0, clock });
  expect(sizes).toEqual([1024, 2048, 4096, 8192, 16_384, 32_768, 100_000]);
});

test("work that soon takes long goes on until enough was done for the code to be compiled", async () => {
  const { work, sizes, clock } = steadyWork({ msPerUnit: 0.25 });
  await measureRate(work, { measureMs: 1000, warmUpMs: 0, clock });
  expect(sizes).toEqual([...Array.from({ length: 20 }, () => 1024), 4000]);
});

test("the slowest work warms up for five times as long as it is measured", async () => {
  const { work, sizes, clock } = steadyWork({ msPerUnit: 2 });
  await measureRate(work, { measureMs: 1000, warmUpMs: 0, clock });
  expect(sizes).toEqual([1024, 1024, 1024, 500]);
});

test("work that is to warm up for longer does, and is then measured for no longer than other work", async () => {
  const { work, sizes, clock } = steadyWork({ msPerUnit: 0.01 });
  await measureRate(work, { measureMs: 1000, warmUpMs: 1500, clock });
  const doubled = [1024, 2048, 4096, 8192, 16_384, 32_768];
  expect(sizes).toEqual([...doubled, 32_768, 32_768, 32_768, 100_000]);
});

test("what is counted is what was done, not what was asked for", async () => {
  const { work, clock } = steadyWork({ msPerUnit: 0.001 });
  const lazy = async (size: number) => (await work(size)) / 2;
  expect(await measureRate(lazy, { measureMs: 1000, warmUpMs: 0, clock })).toBeCloseTo(5e5);
});

test("another count than the expected one is an error", () => {
  expect(() => expectCount(9, 10)).toThrow("9 arrived instead of 10");
  expectCount(10, 10);
});
