import { expect, test } from "vitest";
import { findLockProblems } from "./lock-problems.mjs";

const tool = { optionalDependencies: { "@tool/linux": "1.0.0", "@tool/darwin": "1.0.0" } };

test("a lock that holds every platform's package and names no host is fine", () => {
  const packages = { "": {}, "node_modules/tool": tool, "node_modules/@tool/linux": {} };
  expect(
    findLockProblems({ packages: { ...packages, "node_modules/tool/node_modules/@tool/darwin": {} } }),
  ).toEqual([]);
});

test("a platform's package that is not there is a problem", () => {
  const packages = { "": {}, "node_modules/tool": tool, "node_modules/@tool/linux": {} };
  expect(findLockProblems({ packages })).toEqual([
    "node_modules/tool lacks its optional package @tool/darwin",
  ]);
});

test("a host is a problem, a link to a workspace is not", () => {
  const packages = {
    "": {},
    "node_modules/own": { resolved: "packages/own", link: true },
    "node_modules/other": { resolved: "https://registry.example/other.tgz" },
  };
  expect(findLockProblems({ packages })).toEqual([
    "node_modules/other names a host: https://registry.example/other.tgz",
  ]);
});

test("a lock that lists nothing is a problem", () => {
  expect(findLockProblems({})).toHaveLength(1);
});
