import fc from "fast-check";
import { expect, test } from "vitest";
import { RequestNumbers } from "./request-numbers.ts";

test("it behaves as a set does, whatever bits numbers share", () => {
  const number = fc.oneof(
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 5 }).map((n) => n * 1024),
    fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom("add", "take"), number)), (steps) => {
      const numbers = new RequestNumbers();
      const model = new Set<number>();
      for (const [step, value] of steps) {
        if (step === "take") {
          expect(numbers.take(value)).toBe(model.delete(value));
        } else if (!model.has(value)) {
          model.add(value);
          numbers.add(value);
        }
      }
      for (const value of model) expect(numbers.take(value)).toBe(true);
    }),
  );
});

test("nothing that a peer may write is taken out unless it was added", () => {
  const numbers = new RequestNumbers();
  numbers.add(1);
  for (const value of [0, 1025, 2 ** 31 + 1, 2 ** 32 - 1]) expect(numbers.take(value)).toBe(false);
  expect([numbers.take(1), numbers.take(1)]).toEqual([true, false]);
});

test("a number that waits while 60 000 others come and go is still there, and one that 70 000 unanswered ones followed is not", () => {
  const numbers = new RequestNumbers();
  for (let value = 1; value <= 60_000; value++) {
    numbers.add(value);
    if (value > 1) numbers.take(value);
  }
  expect(numbers.take(1)).toBe(true);
  for (let value = 1; value <= 70_000; value++) numbers.add(value);
  expect([numbers.take(1), numbers.take(70_000)]).toEqual([false, true]);
});
