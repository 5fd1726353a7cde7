import fc from "fast-check";
import { expect, test } from "vitest";
import { NameIndex } from "./name-index.ts";

const names = fc.array(fc.constantFrom("", "a", "b", "c", "__proto__"), { maxLength: 20 });

test("a name keeps the number that it was added with, until all are forgotten", () => {
  fc.assert(
    fc.property(fc.array(names, { maxLength: 3 }), (rounds) => {
      const index = new NameIndex();
      for (const round of rounds) {
        const model = new Map<string, number>();
        for (const name of round) {
          expect(index.get(name)).toBe(model.get(name));
          if (model.has(name)) continue;
          const number = 10 + model.size * 3;
          index.add(name, number);
          model.set(name, number);
        }
        expect(index.size).toBe(model.size);
        for (const name of [...round].reverse()) expect(index.get(name)).toBe(model.get(name));
        index.clear();
      }
    }),
  );
});
