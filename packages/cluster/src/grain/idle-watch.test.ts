import { VirtualClock } from "@ts-grain/actor/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { IdleWatch, type Watched } from "./idle-watch.ts";

const timeoutMs = 6_400;

class Lamp implements Watched {
  usedAtMs: number;
  hasEnded = false;
  readonly idleAtMs: number[] = [];
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    this.usedAtMs = clock.nowMs();
  }

  use(): void {
    this.usedAtMs = this.#clock.nowMs();
  }

  becomeIdle(): void {
    this.idleAtMs.push(this.#clock.nowMs());
  }
}

function start(options: { readonly timeoutMs?: number } = {}) {
  const clock = new VirtualClock();
  const watch = new IdleWatch(clock, options.timeoutMs ?? timeoutMs);
  const add = () => {
    const lamp = new Lamp(clock);
    watch.add(lamp);
    return lamp;
  };
  return { clock, watch, add };
}

test("what is not used is found idle once its time has passed, at most a 64th of it later", async () => {
  const pauses = fc.array(fc.integer({ min: 1, max: 2 * timeoutMs }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: timeoutMs }), pauses, async (startsAtMs, pausesMs) => {
      const { clock, add } = start();
      await clock.advance(startsAtMs);
      const lamp = add();
      for (const pauseMs of pausesMs) {
        await clock.advance(pauseMs);
        lamp.use();
        lamp.idleAtMs.splice(0);
      }
      await clock.advance(timeoutMs - 1);
      expect(lamp.idleAtMs).toEqual([]);
      await clock.advance(1 + timeoutMs / 64);
      expect(lamp.idleAtMs).toHaveLength(1);
    }),
    { numRuns: 50 },
  );
});

test("what stays idle is found again after as long a time", async () => {
  const { clock, add } = start();
  const lamp = add();
  await clock.advance(3 * timeoutMs);
  expect(lamp.idleAtMs).toEqual([timeoutMs, 2 * timeoutMs, 3 * timeoutMs]);
});

test("what is watched from about the same time on shares a timer", async () => {
  const { clock, add } = start();
  for (let count = 0; count < 1_000; count++) {
    add();
    await clock.advance(1);
  }
  expect(clock.scheduled).toBeLessThanOrEqual(12);
});

test("what has ended is not told, and the last one takes the timers with it", async () => {
  const { clock, watch, add } = start();
  const [first, second] = [add(), add()];
  first.hasEnded = true;
  watch.ended();
  await clock.advance(timeoutMs);
  expect([first.idleAtMs.length, second.idleAtMs.length]).toEqual([0, 1]);
  second.hasEnded = true;
  watch.ended();
  expect(clock.scheduled).toBe(0);
});

test("a timeout of less than a millisecond is kept to a millisecond", async () => {
  const { clock, add } = start({ timeoutMs: 0.5 });
  const lamp = add();
  await clock.advance(1);
  expect(lamp.idleAtMs).toHaveLength(1);
});

test("a watch that was stopped leaves no timer, whatever has not ended or is added later", async () => {
  const { clock, watch, add } = start();
  add();
  watch.stop();
  add();
  expect(clock.scheduled).toBe(0);
});
