import { expect, test } from "vitest";
import { measurePairs } from "./round-trips.ts";

/** Answers each question, and moves the clock on by 10 µs. */
function responder({ wrongAt }: { readonly wrongAt?: number } = {}) {
  let nowMs = 0;
  let asked = 0;
  const ask = (number: number) => {
    nowMs += 0.01;
    asked++;
    return Promise.resolve({ number: asked === wrongAt ? number : number + 1 });
  };
  return { ask, clock: { nowMs: () => nowMs } };
}

test("a pair is two requests", async () => {
  const { ask, clock } = responder();
  const samples = await measurePairs({ ask }, { measureMs: 100, clock });
  expect(samples).toEqual([{ unit: "pairs/s", value: expect.closeTo(50_000) }]);
});

test("a pair with a wrong answer is none", async () => {
  const { ask, clock } = responder({ wrongAt: 7 });
  await expect(measurePairs({ ask }, { measureMs: 100, clock })).rejects.toThrow(
    "1023 arrived instead of 1024",
  );
});
