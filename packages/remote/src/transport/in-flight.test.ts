import { expect, test } from "vitest";
import { InFlight } from "./in-flight.ts";

test("messages are in flight from when they were sent until they are known to have arrived", () => {
  const inFlight = new InFlight();
  inFlight.sent(20_000, 3);
  inFlight.sent(20_000, 4);
  expect(inFlight.messages).toBe(7);
  inFlight.arrived(19_999);
  expect(inFlight.messages).toBe(7);
  inFlight.arrived(20_000);
  expect(inFlight.messages).toBe(4);
  inFlight.arrived(5);
  expect(inFlight.messages).toBe(4);
  inFlight.arrived(40_000);
  expect(inFlight.messages).toBe(0);
});

test("small frames that share an entry count until the last of them has arrived", () => {
  const inFlight = new InFlight();
  for (let n = 0; n < 100; n++) inFlight.sent(100, 1);
  inFlight.arrived(9_999);
  expect(inFlight.messages).toBe(100);
  inFlight.arrived(10_000);
  expect(inFlight.messages).toBe(0);
  inFlight.sent(100, 1);
  expect([inFlight.messages, inFlight.sentBytes]).toEqual([1, 10_100]);
});

test("without any proof only what was sent last is in flight, as there is no room for more", () => {
  const inFlight = new InFlight();
  for (let n = 0; n < 10_000; n++) inFlight.sent(16 * 1024, 1);
  expect(inFlight.messages).toBeGreaterThanOrEqual(1_536);
  expect(inFlight.messages).toBeLessThan(1_540);
});
