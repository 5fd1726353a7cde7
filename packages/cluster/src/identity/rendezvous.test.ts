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

// Produced by Proto.Actor Go.
test.each([
  ["a", 8001],
  ["b", 8003],
  ["c", 8002],
  ["abc", 8001],
  ["user-1", 8001],
  ["user-2", 8003],
  ["user-3", 8002],
  ["MyGrain", 8002],
  ["héllo", 8001],
  ["x/y/z", 8002],
  ["", 8003],
  ["0123456789abcdefghijklmnopqrstuvwxyz", 8003],
])("the owner of %j is the one that Proto.Actor Go computes", (identity, port) => {
  expect(new Rendezvous(members).ownerOf({ kind: "Hello", identity })).toBe(`127.0.0.1:${port}`);
});

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
