import { PID } from "@ts-grain/actor";
import { VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { OwnWatches } from "./own-watches.ts";
import type { RemoteWatch } from "./watch-table.ts";

function watch(watchee: string): RemoteWatch {
  return { watchee: new PID("there:1", watchee), watcher: new PID("here:1", "w"), number: 0 };
}

function table() {
  const clock = new VirtualClock();
  const told: string[] = [];
  const link = { isOpen: true, turns: 0 };
  const watches = new OwnWatches({
    clock,
    firstNumber: 1,
    later: (callback) => {
      link.turns++;
      clock.eventLoop.later(callback);
    },
    repeat: ({ watchee }) => {
      if (link.isOpen) told.push(watchee.id);
      return link.isOpen;
    },
  });
  return { clock, told, link, watches };
}

test("a watch is told again each 15 seconds until it is taken out, and then no timer stays", async () => {
  const { clock, told, watches } = table();
  watches.add(watch("x"));
  await clock.advance(14_000);
  expect(told).toEqual([]);
  await clock.advance(31_000);
  expect(told).toEqual(["x", "x", "x"]);
  watches.take("x", "w");
  expect(clock.scheduled).toBe(0);
  await clock.advance(60_000);
  expect(told).toHaveLength(3);
});

test("however many reasons there are, a watch is told again once in a second", async () => {
  const { clock, told, watches } = table();
  watches.repeatSoon();
  expect(clock.scheduled).toBe(0);
  watches.add(watch("x"));
  for (let n = 0; n < 40; n++) {
    watches.repeatSoon();
    await clock.advance(100);
  }
  expect(told.length).toBeGreaterThanOrEqual(3);
  expect(told.length).toBeLessThanOrEqual(4);
});

test("what cannot be told now is told in a later round", async () => {
  const { clock, told, link, watches } = table();
  watches.add(watch("x"));
  link.isOpen = false;
  await clock.advance(20_000);
  link.isOpen = true;
  expect(told).toEqual([]);
  await clock.advance(15_000);
  expect(told).toEqual(["x"]);
});

test("very many are told in several turns of the event loop, all of them, and not those taken out meanwhile", async () => {
  const { clock, told, link, watches } = table();
  for (let n = 0; n < 3_500; n++) watches.add(watch(`x${n}`));
  watches.repeat();
  expect(told).toHaveLength(1_000);
  watches.take("x3000", "w");
  await clock.settle();
  expect(new Set(told).size).toBe(3_499);
  expect([told.length, link.turns]).toEqual([3_499, 3]);
  watches.repeat();
  expect(watches.takeAll()).toHaveLength(3_499);
  await clock.settle();
  expect([told.length, clock.scheduled]).toEqual([4_499, 0]);
});
