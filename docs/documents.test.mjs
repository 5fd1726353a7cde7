// What the documents name exists: files and headings that they link to, npm scripts that they tell to run, decisions in one sequence.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { findDeadLinks } from "../scripts/dead-links.mjs";

const root = dirname(import.meta.dirname);
const documents = globSync("**/*.md", {
  cwd: root,
  exclude: (path) => /(^|\/)(node_modules|dist|templates)$/.test(path),
});
const read = (path) => readFileSync(join(root, path), "utf8");

test("no link between the documents is dead", () => {
  expect(findDeadLinks(root, documents)).toEqual([]);
});

test.each(documents)("%s names npm scripts that exist", (path) => {
  const manifests = ["package.json", join(dirname(path), "package.json")];
  const scripts = manifests
    .filter((manifest) => existsSync(join(root, manifest)))
    .flatMap((manifest) => Object.keys(JSON.parse(read(manifest)).scripts ?? {}));
  const named = [...read(path).matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map(([, name]) => name);
  expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
});

test("no two decisions have one number, and each has the four parts", () => {
  const decisions = globSync("docs/decisions/[0-9]*.md", { cwd: root });
  const numbers = decisions.map((path) => /\/(\d{4})-[a-z-]+\.md$/.exec(path)?.[1]);
  expect(numbers).not.toContain(undefined);
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const [index, path] of decisions.entries()) {
    expect(read(path)).toMatch(
      new RegExp(
        `^# ${numbers[index]} – [^]+\\nStatus: [^]+\\n## Context\\n[^]+\\n## Decision\\n[^]+\\n## Consequences\\n`,
      ),
    );
  }
  expect(decisions.length).toBeGreaterThan(0);
});
