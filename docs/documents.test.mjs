// What the documents name exists: files that they link to, npm scripts that they tell to run, decisions in one sequence.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = dirname(import.meta.dirname);
const documents = globSync(["*.md", "docs/**/*.md", "packages/*/*.md", "examples/*/*.md"], { cwd: root });
const read = (path) => readFileSync(join(root, path), "utf8");

test.each(documents)("%s links to files that exist", (path) => {
  const links = [...read(path).matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)]
    .map(([, target]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
  expect(links.filter((target) => !existsSync(join(root, dirname(path), target)))).toEqual([]);
});

test.each(documents)("%s names npm scripts that exist", (path) => {
  const { scripts } = JSON.parse(read("package.json"));
  const named = [...read(path).matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map(([, name]) => name);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test("no two decisions have one number, and each has the four parts", () => {
  const decisions = globSync("docs/decisions/*.md", { cwd: root });
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
