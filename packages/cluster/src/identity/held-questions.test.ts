import { PID } from "@ts-grain/actor";
import { expect, test } from "vitest";
import { HeldQuestions } from "./held-questions.ts";
import type { Question } from "./question.ts";

const question = (askedAtMs: number): Question => ({
  identity: { kind: "Bulb", identity: "kitchen" },
  asker: new PID("bob:1", "future$1"),
  topologyHash: 0n,
  askedAtMs,
});

test("100,000 questions wait, and no more until some are taken away", () => {
  const held = new HeldQuestions();
  const first = Array.from({ length: 100_000 }, (_question, index) => held.hold(question(index)));
  expect(first.every(Boolean)).toBe(true);
  expect(held.hold(question(0))).toBe(false);
  expect(held.take(9)).toHaveLength(10);
  expect(held.hold(question(0))).toBe(true);
});

test("those that came until a time are taken away in their order, and the others stay", () => {
  const held = new HeldQuestions();
  for (const askedAtMs of [1, 3, 2, 5]) held.hold(question(askedAtMs));
  expect(held.take(2).map(({ askedAtMs }) => askedAtMs)).toEqual([1, 2]);
  expect(held.isEmpty).toBe(false);
  expect(held.take().map(({ askedAtMs }) => askedAtMs)).toEqual([3, 5]);
  expect(held.isEmpty).toBe(true);
  expect(held.take()).toEqual([]);
});
