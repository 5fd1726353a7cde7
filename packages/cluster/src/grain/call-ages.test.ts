import { VirtualClock } from "@ts-grain/actor/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CallAges } from "./call-ages.ts";

/** A caller whose clock begins anywhere, and whose calls take a time to come. */
class Caller {
  readonly #clock: VirtualClock;
  readonly #ages: CallAges;
  /** Milliseconds that its clock is ahead. */
  aheadMs: number;

  constructor(clock: VirtualClock, ages: CallAges, aheadMs: number) {
    this.#clock = clock;
    this.#ages = ages;
    this.aheadMs = aheadMs;
  }

  /** How old a call seems that was made so many milliseconds ago. */
  call(agoMs: number): number {
    return this.#ages.ageOf(
      "caller",
      (this.#clock.nowMs() + this.aheadMs - agoMs) & 0x7fff_ffff,
      this.#clock.nowMs(),
    );
  }
}

function start(aheadMs = 0) {
  const clock = new VirtualClock();
  const ages = new CallAges();
  return { clock, ages, caller: new Caller(clock, ages, aheadMs) };
}

test("a call that comes as fast as others is not late, however long that takes", async () => {
  const { clock, caller } = start();
  for (let calls = 0; calls < 100; calls++) {
    expect(caller.call(40)).toBe(0);
    await clock.advance(10);
  }
});

test("a call that was held up is as late as it was held up, wherever the caller's clock begins", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 2 ** 40 }),
      fc.integer({ min: 1_000, max: 600_000 }),
      async (aheadMs, heldUpMs) => {
        const { clock, caller } = start(aheadMs);
        caller.call(3);
        await clock.advance(heldUpMs);
        const ageMs = caller.call(3 + heldUpMs);
        expect(ageMs).toBeLessThanOrEqual(heldUpMs);
        expect(ageMs).toBeGreaterThan(heldUpMs - 25);
      },
    ),
  );
});

test("calls that waited together are each as late as it is", async () => {
  const { clock, caller } = start();
  caller.call(1);
  await clock.advance(10_000);
  const agesMs = [9_000, 5_000, 1_000].map((agoMs) => caller.call(agoMs));
  expect(agesMs.map((ageMs) => Math.round(ageMs / 100) * 100)).toEqual([9_000, 5_000, 1_000]);
  expect(caller.call(1)).toBe(0);
});

test("a call never seems older than it is, whatever others did before it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ pauseMs: fc.nat(20_000), agoMs: fc.nat(20_000) }), { maxLength: 50 }),
      async (calls) => {
        const { clock, caller } = start(123_456_789);
        for (const { pauseMs, agoMs } of calls) {
          await clock.advance(pauseMs);
          expect(caller.call(agoMs)).toBeLessThanOrEqual(agoMs);
        }
      },
    ),
  );
});

test("a caller whose clock stood still, as that of a suspended machine does, seems late only for a while", async () => {
  const { clock, caller } = start();
  caller.call(0);
  caller.aheadMs -= 2_000;
  expect(caller.call(0)).toBeGreaterThan(1_900);
  for (let calls = 0; calls < 110; calls++) {
    await clock.advance(100);
    caller.call(0);
  }
  expect(caller.call(0)).toBe(0);
});

test("a caller is forgotten when a thousand others have called", () => {
  const { ages, clock } = start();
  for (let caller = 0; caller <= 1_000; caller++) ages.ageOf(`${caller}`, 5_000, clock.nowMs());
  expect(ages.ageOf("1000", 1_000, clock.nowMs())).toBe(4_000);
  expect(ages.ageOf("0", 1_000, clock.nowMs())).toBe(0);
});
