import { PID } from "@ts-grain/actor";
import { expect, test } from "vitest";
import { Cancellations } from "./cancellations.ts";

const caller = new PID("one:1", "actor");

test("calls that have ended leave nothing behind, nor do cancellations that come too late", () => {
  const cancellations = new Cancellations();
  for (let id = 1; id <= 50_000; id++) {
    cancellations.begin(caller, id);
    cancellations.end(caller, id);
    cancellations.cancel(caller.address, id);
  }
  expect(cancellations.size).toBe(0);
  // Only the newest ten thousand that came early are remembered.
  expect(cancellations.begin(caller, 1).aborted).toBe(false);
  expect(cancellations.begin(caller, 40_001).aborted).toBe(true);
  expect(cancellations.begin(caller, 40_001).aborted).toBe(false);
});

test("callers are told apart by address", () => {
  const cancellations = new Cancellations();
  const signal = cancellations.begin(caller, 1);
  cancellations.cancel("two:1", 1);
  expect(signal.aborted).toBe(false);
  cancellations.cancel("one:1", 1);
  expect(signal.aborted).toBe(true);
});
