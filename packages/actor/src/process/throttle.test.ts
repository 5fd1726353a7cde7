import { expect, test } from "vitest";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { Throttle } from "./throttle.ts";

test("a throttle is open, then closing, then closed, and tells at the period's end how many it refused", async () => {
  const clock = new VirtualClock();
  const refused: number[] = [];
  const throttle = new Throttle(clock, { limit: 3, periodMs: 1_000 }, (count) => refused.push(count));
  expect([throttle.next(), throttle.next(), throttle.next()]).toEqual(["open", "open", "closing"]);
  expect([throttle.next(), throttle.next()]).toEqual(["closed", "closed"]);
  await clock.advance(999);
  expect(refused).toEqual([]);
  await clock.advance(1);
  expect(refused).toEqual([2]);
  expect(throttle.next()).toBe("open");
});

test("a period within the limit ends without a word", async () => {
  const clock = new VirtualClock();
  const refused: number[] = [];
  const throttle = new Throttle(clock, { limit: 3, periodMs: 1_000 }, (count) => refused.push(count));
  throttle.next();
  await clock.advance(1_000);
  expect(refused).toEqual([]);
  expect(clock.scheduled).toBe(0);
});
