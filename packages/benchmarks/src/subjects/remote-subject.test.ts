import { expect, test } from "vitest";
import { sendInSlices } from "./remote-subject.ts";

/** Another process that takes everything, and tells so when asked to. */
function receiver() {
  const slices: number[] = [];
  const asked: PromiseWithResolvers<number>[] = [];
  return {
    slices,
    asked,
    send: (messages: number) => void slices.push(messages),
    readCount: () => {
      const count = Promise.withResolvers<number>();
      asked.push(count);
      return count.promise;
    },
  };
}

test("what came is counted over all slices", async () => {
  const { slices, send } = receiver();
  const came = await sendInSlices(50_000, { send, readCount: () => Promise.resolve(slices.at(-1)!) });
  expect(came).toBe(50_000);
  expect(slices).toEqual([20_000, 20_000, 10_000]);
});

test("no more than two slices are under way", async () => {
  const { slices, asked, send, readCount } = receiver();
  const came = sendInSlices(60_000, { send, readCount });
  await Promise.resolve();
  await Promise.resolve();
  expect(slices).toHaveLength(2);
  for (let slice = 0; slice < 3; slice++) {
    asked[slice]!.resolve(20_000);
    await Promise.resolve();
    await Promise.resolve();
  }
  expect(await came).toBe(60_000);
});
