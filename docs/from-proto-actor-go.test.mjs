// The names that docs/from-proto-actor-go.md gives for Proto.Actor's are names of our packages.
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = dirname(import.meta.dirname);
const page = readFileSync(join(import.meta.dirname, "from-proto-actor-go.md"), "utf8");
const [, names] = page.match(/## Names\n(.+?)\n## /s);
const sources = globSync("packages/{actor,remote,cluster}/src/**/*.ts", { cwd: root })
  .filter((path) => !/\.test\.ts$|\/(gen|testing)\//.test(path))
  .map((path) => readFileSync(join(root, path), "utf8"))
  .join("\n");

/** Names in the second column, but for those that the plugin prints (with an X in them) and what only stands for something. */
const ours = new Set(
  [...names.matchAll(/^\| .+? \| (.+) \|$/gm)]
    .flatMap(([, cell]) => [...cell.matchAll(/`([^`]+)`/g)])
    .flatMap(([, code]) => code.replaceAll(/"[^"]*"/g, "").match(/[A-Za-z]\w{3,}/g) ?? [])
    .filter((name) => !(/[a-z]X[A-Z]/.test(name) || ["await", "using", "const", "props"].includes(name))),
);

test("the page names many things", () => {
  expect(ours.size).toBeGreaterThan(80);
});

test.each([...ours])("%s is a name of ours", (name) => {
  expect(sources).toMatch(new RegExp(`\\b${name}\\b`));
});
