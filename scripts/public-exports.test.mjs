import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { publicExports } from "./public-exports.mjs";

const all = publicExports();

test("an example is the code below its tag, told with the line where it begins", () => {
  for (const { path, examples } of all) {
    const lines = readFileSync(path, "utf8").split("\n");
    for (const { code, line } of examples) {
      expect(lines[line - 2]).toMatch(/^ \* @example$/);
      expect(lines[line - 1]).toBe(` * ${code.split("\n")[0]}`);
    }
  }
});

test("a name that two entries export is told once, under the first", () => {
  const found = all.filter(({ name, folder }) => folder === "packages/cluster" && name === "GrainError");
  expect(found.map(({ entry, path }) => [entry, path])).toEqual([
    ["@ts-grain/cluster", "packages/cluster/src/grain/grain-error.ts"],
  ]);
});

test("what another package declares and what is generated is left out", () => {
  const paths = new Map(all.map(({ folder, name, path }) => [`${folder} ${name}`, path]));
  expect(paths.get("packages/actor ActorSystem")).toMatch(/^packages\/actor\//);
  expect(paths.has("packages/cluster ActorSystem")).toBe(false);
  expect(paths.has("packages/remote PIDSchema")).toBe(false);
});

test("only interfaces and type aliases are types, and the names behind @see are read", () => {
  const kinds = new Map(all.map(({ name, isType, seen }) => [name, { isType, seen }]));
  expect(kinds.get("PropsOptions")).toEqual({ isType: true, seen: [] });
  expect(kinds.get("RestartOptions")).toEqual({ isType: true, seen: ["oneForOne"] });
  expect(kinds.get("PID")).toEqual({ isType: false, seen: [] });
});
