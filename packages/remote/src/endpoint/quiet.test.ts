import { VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { Quiet } from "./quiet.ts";

async function settled(promise: Promise<void>, clock: VirtualClock): Promise<boolean> {
  let isSettled = false;
  void promise.then(() => {
    isSettled = true;
  });
  await clock.settle();
  return isSettled;
}

test("it is quiet when there has been no connection for 50 ms, which a new one begins anew", async () => {
  const clock = new VirtualClock();
  let connections = 0;
  const quiet = new Quiet(clock, () => connections);
  const reached = quiet.reached({ timeoutMs: 2_000 });
  await clock.advance(40);
  connections = 1;
  quiet.changed();
  await clock.advance(100);
  connections = 0;
  quiet.changed();
  await clock.advance(40);
  expect(await settled(reached, clock)).toBe(false);
  await clock.advance(10);
  expect(await settled(reached, clock)).toBe(true);
  expect(clock.scheduled).toBe(0);
});

test("nothing is left of a wait that has taken too long", async () => {
  const clock = new VirtualClock();
  let connections = 1;
  const quiet = new Quiet(clock, () => connections);
  const reached = quiet.reached({ timeoutMs: 2_000 });
  await clock.advance(2_000);
  expect(await settled(reached, clock)).toBe(true);
  connections = 0;
  quiet.changed();
  expect(clock.scheduled).toBe(0);
});
