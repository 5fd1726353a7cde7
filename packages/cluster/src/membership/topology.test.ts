import fc from "fast-check";
import { expect, test } from "vitest";
import type { Member } from "./member.ts";
import { murmur3 } from "./murmur3.ts";
import { compareTopology, createTopology } from "./topology.ts";

const member = (id: string): Member => ({
  id,
  host: "127.0.0.1",
  port: 8001,
  kinds: [],
  dialect: "ts-grain",
});

// Produced by Proto.Actor Go.
test.each([
  ["", 0n],
  ["a", 0x8555_5565_f659_7889n],
  ["abc", 0xb496_3f3f_3fad_7867n],
  ["member-1member-2member-3", 0x31bf_a226_aa48_3d1en],
  ["hello world, this is 32+ bytes of data!", 0x6f43_a7ef_70ad_461fn],
])("murmur3 of %j is what Proto.Actor Go computes", (text, hash) => {
  expect(murmur3(new TextEncoder().encode(text))).toBe(hash);
});

test("a topology has the hash that Proto.Actor Go gives to the same ids, in whichever order they come", () => {
  const expected = 16116825312239478541n;
  expect(createTopology(["idC", "idA", "idB"].map(member)).hash).toBe(expected);
  expect(createTopology(["idB", "idC", "idA"].map(member)).hash).toBe(expected);
  expect(createTopology([]).hash).toBe(0n);
});

test("members are ordered by the bytes of their ids, not by their UTF-16 units", () => {
  const ids = ["\u{1f600}", "\uffee", "a", "Z", "ab", ""];
  expect(createTopology(ids.map(member)).members.map(({ id }) => id)).toEqual([
    "",
    "Z",
    "a",
    "ab",
    "\uffee",
    "\u{1f600}",
  ]);
});

test("the change between two topologies turns the first into the second", () => {
  const ids = fc.uniqueArray(fc.string({ maxLength: 4 }), { maxLength: 8 });
  fc.assert(
    fc.property(ids, ids, (before, after) => {
      const change = compareTopology(createTopology(before.map(member)), createTopology(after.map(member)));
      const result = new Set(before);
      for (const { id } of change.left) expect(result.delete(id)).toBe(true);
      for (const { id } of change.joined) {
        expect(result.has(id)).toBe(false);
        result.add(id);
      }
      expect(result).toEqual(new Set(after));
    }),
  );
});
