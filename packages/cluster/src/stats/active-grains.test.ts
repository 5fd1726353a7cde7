import fc from "fast-check";
import { expect, test } from "vitest";
import { ActiveGrains, type ActiveNode } from "./active-grains.ts";

test("what is listed is what was added and not deleted, the oldest first", () => {
  const steps = fc.array(fc.nat({ max: 9 }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (numbers) => {
      const active = new ActiveGrains();
      const nodes = numbers.map(
        (_, index): ActiveNode => ({
          kind: "Kind",
          identity: String(index),
          older: undefined,
          younger: undefined,
        }),
      );
      let model: ActiveNode[] = [];
      for (const [step, number] of numbers.entries()) {
        // Mostly grows; else one of those that are there goes.
        const leaver = number < 4 ? model[number] : undefined;
        if (leaver) {
          active.delete(leaver);
          // Whoever has gone cannot go again.
          active.delete(leaver);
          model = model.filter((node) => node !== leaver);
        } else {
          active.add(nodes[step]!);
          model = [...model, nodes[step]!];
        }
        expect([...active].map(({ identity }) => identity)).toEqual(model.map(({ identity }) => identity));
        expect(active.size).toBe(model.length);
      }
    }),
  );
});
