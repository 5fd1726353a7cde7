import fc from "fast-check";
import { expect, test } from "vitest";
import { createTopology } from "../membership/topology.ts";
import { Rendezvous } from "./rendezvous.ts";

const members = createTopology(
  ["idC", "idA", "idB"].map((id) => ({
    id,
    host: "127.0.0.1",
    port: 8000 + "_ABC".indexOf(id[2]!),
    kinds: ["Hello"],
    dialect: "ts-grain" as const,
  })),
).members;

// Produced by Proto.Actor Go: the scores of 8001, 8002 and 8003. docs/protocol.md shows them.
const scores: readonly (readonly [identity: string, ...scores: [number, number, number]])[] = [
  ["a", 3368576958, 3351799339, 3335021720],
  ["b", 3325714647, 3342492266, 3359269885],
  ["c", 1011376484, 1061709341, 1044931722],
  ["abc", 2147614029, 2097281172, 2114058791],
  ["user-1", 1746801942, 1730024323, 1713246704],
  ["user-2", 2006233327, 2023010946, 2039788565],
  ["user-3", 3995972828, 4046305685, 4029528066],
  ["MyGrain", 3349943684, 3400276541, 3383498922],
  ["héllo", 406914066, 390136447, 373358828],
  ["x/y/z", 1573872748, 1624205605, 1607427986],
  ["", 1807077943, 1823855562, 1840633181],
  ["0123456789abcdefghijklmnopqrstuvwxyz", 3139361267, 3156138886, 3172916505],
];

test.each(scores)(
  "of each members %j belongs to the one with the highest of Proto.Actor Go's scores",
  (identity, ...all) => {
    const scored = members.map((member, index) => ({ member, score: all[index]! }));
    for (const present of fc.sample(fc.subarray(scored, { minLength: 1 }), { seed: 1, numRuns: 50 })) {
      const highest = Math.max(...present.map(({ score }) => score));
      const owner = present.find(({ score }) => score === highest)!.member;
      expect(new Rendezvous(present.map(({ member }) => member)).ownerOf({ kind: "Hello", identity })).toBe(
        `127.0.0.1:${owner.port}`,
      );
    }
  },
);

test("a kind that nobody hosts has no owner", () => {
  expect(new Rendezvous(members).ownerOf({ kind: "Other", identity: "a" })).toBeUndefined();
  expect(new Rendezvous([]).ownerOf({ kind: "Hello", identity: "a" })).toBeUndefined();
});

test("only members that host the kind own its identities", () => {
  const [first, ...others] = members;
  const placing = new Rendezvous([{ ...first!, kinds: ["Hello", "Rare"] }, ...others]);
  fc.assert(
    fc.property(fc.string(), (identity) => {
      expect(placing.ownerOf({ kind: "Rare", identity })).toBe("127.0.0.1:8001");
    }),
  );
});

test("a member that leaves takes only its own identities with it", () => {
  fc.assert(
    fc.property(fc.string(), (identity) => {
      const before = new Rendezvous(members).ownerOf({ kind: "Hello", identity });
      const after = new Rendezvous(members.slice(0, 2)).ownerOf({ kind: "Hello", identity });
      if (before !== "127.0.0.1:8003") expect(after).toBe(before);
    }),
  );
});
