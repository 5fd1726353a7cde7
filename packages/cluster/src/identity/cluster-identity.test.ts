import fc from "fast-check";
import { expect, test } from "vitest";
import { identityKey, identityProblem, kindProblem } from "./cluster-identity.ts";

test.each([
  ["kitchen"],
  ["a.b"],
  ["/"],
  ["$1"],
  [".."],
  ["__proto__"],
  ["constructor"],
  ["e\u0301"],
  ["\u00a0"],
  ["😀".repeat(128)],
])("identity %j is fine", (identity) => {
  expect(identityProblem(identity)).toBeUndefined();
});

test.each([
  [""],
  ["\0"],
  ["a\nb"],
  ["\u001b[31m"],
  ["\u007f"],
  ["\u0080"],
  ["a\u0085b"],
  ["\u009b31m"],
  ["\u009f"],
  ["\ud800"],
  ["a\udc00b"],
  ["x".repeat(513)],
  ["😀".repeat(129)],
])("identity %j is refused with a reason", (identity) => {
  expect(identityProblem(identity)).toMatch(/identity/);
});

test.each([["SmartBulb"], ["x".repeat(128)], ["é".repeat(64)]])("a member may host the kind %s", (kind) => {
  expect(kindProblem(kind)).toBeUndefined();
});

test.each([[""], ["x".repeat(129)], ["é".repeat(65)]])("a member may not host a kind named %j", (kind) => {
  expect(kindProblem(kind)).toMatch(/kind/);
});

test("two identities never share a key", () => {
  const kind = fc.string().filter((text) => !text.includes("/"));
  fc.assert(
    fc.property(kind, fc.string(), kind, fc.string(), (kindA, a, kindB, b) => {
      const same = kindA === kindB && a === b;
      expect(identityKey({ kind: kindA, identity: a }) === identityKey({ kind: kindB, identity: b })).toBe(
        same,
      );
    }),
  );
});
