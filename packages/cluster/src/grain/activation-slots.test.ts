import { VirtualClock } from "@ts-grain/actor/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ActivationSlots } from "./activation-slots.ts";

/** Begins one activation of many, and tells whether it had to wait. */
function begin(slots: ActivationSlots, grain: object, onBegun: () => void): boolean {
  if (slots.isFull) {
    void slots.next(grain).then(onBegun);
    return true;
  }
  slots.take(grain);
  onBegun();
  return false;
}

test("what comes when all slots are taken begins in its order as others end", async () => {
  const slots = new ActivationSlots(new VirtualClock(), 2);
  const begun: number[] = [];
  const grains = Array.from({ length: 5 }, (_, index) => ({ index }));
  const waited = grains.map((grain) => begin(slots, grain, () => begun.push(grain.index)));
  expect(waited).toEqual([false, false, true, true, true]);
  slots.giveBack(grains[1]!);
  await Promise.resolve();
  expect(begun).toEqual([0, 1, 2]);
  slots.giveBack(grains[1]!);
  await Promise.resolve();
  expect(begun).toEqual([0, 1, 2]);
  slots.giveBack(grains[0]!);
  slots.giveBack(grains[2]!);
  await Promise.resolve();
  expect(begun).toEqual([0, 1, 2, 3, 4]);
});

test("one that calls another grain makes room, also if it does so before it takes its slot", async () => {
  const slots = new ActivationSlots(new VirtualClock(), 1);
  const [first, second, third] = [{}, {}, {}];
  slots.callsAnother(first);
  slots.take(first);
  expect(slots.isFull).toBe(false);
  slots.take(second);
  const next = slots.next(third);
  slots.callsAnother(second);
  await next;
  // It had waited, and calls before it says that it takes its time.
  slots.callsAnother(third);
  slots.take(third);
  expect(slots.isFull).toBe(false);
});

test("when none ends for a second what is under way counts no more", async () => {
  const clock = new VirtualClock();
  const slots = new ActivationSlots(clock, 2);
  let begun = 0;
  const grains = Array.from({ length: 7 }, () => ({}));
  for (const grain of grains) begin(slots, grain, () => begun++);
  await clock.advance(999);
  expect(begun).toBe(2);
  await clock.advance(1);
  expect(begun).toBe(4);
  // Those that stood still count no more, and those that have begun since do.
  slots.giveBack(grains[0]!);
  await clock.advance(500);
  expect(begun).toBe(4);
  slots.giveBack(grains[2]!);
  await clock.advance(500);
  expect(begun).toBe(5);
  await clock.advance(500);
  expect(begun).toBe(7);
  expect(clock.scheduled).toBe(0);
});

test("what is withdrawn begins without a slot, and what is closed lets all go and leaves no timer", async () => {
  const clock = new VirtualClock();
  const slots = new ActivationSlots(clock, 1);
  const begun: number[] = [];
  const grains = Array.from({ length: 5 }, (_, index) => ({ index }));
  for (const grain of grains) begin(slots, grain, () => begun.push(grain.index));
  slots.withdraw(grains[3]!);
  slots.withdraw(grains[0]!);
  await clock.advance(0);
  expect(begun).toEqual([0, 3]);
  slots.giveBack(grains[3]!);
  slots.giveBack(grains[0]!);
  await clock.advance(0);
  expect(begun).toEqual([0, 3, 1]);
  slots.close();
  await clock.advance(0);
  expect(begun).toEqual([0, 3, 1, 2, 4]);
  expect(clock.scheduled).toBe(0);
  await slots.next({});
});

test("never are more under way than the limit, and all begin in their order", async () => {
  const steps = fc.array(fc.constantFrom("begin", "end", "call"), { maxLength: 100 });
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 4 }), async (taken, limit) => {
      const slots = new ActivationSlots(new VirtualClock(), limit);
      const begun: { readonly index: number }[] = [];
      const underWay = new Set<object>();
      let made = 0;
      for (const step of taken) {
        const [oldest] = underWay;
        if (step === "begin") {
          const grain = { index: made++ };
          begin(slots, grain, () => {
            begun.push(grain);
            underWay.add(grain);
          });
        } else if (oldest) {
          underWay.delete(oldest);
          if (step === "end") slots.giveBack(oldest);
          else slots.callsAnother(oldest);
        }
        await Promise.resolve();
        expect(underWay.size).toBeLessThanOrEqual(limit);
      }
      for (let grain = [...underWay][0]; grain; grain = [...underWay][0]) {
        underWay.delete(grain);
        slots.giveBack(grain);
        await Promise.resolve();
      }
      expect(begun.map(({ index }) => index)).toEqual(begun.map((_, index) => index));
      expect(begun.length).toBe(made);
    }),
  );
});
