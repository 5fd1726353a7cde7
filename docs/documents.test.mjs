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

test("decisions are numbered without gaps, and each has the four parts", () => {
  const decisions = globSync("docs/decisions/*.md", { cwd: root }).toSorted((a, b) => a.localeCompare(b));
  for (const [index, path] of decisions.entries()) {
    const number = String(index + 1).padStart(4, "0");
    expect(path).toMatch(new RegExp(`/${number}-[a-z-]+\\.md$`));
    expect(read(path)).toMatch(
      new RegExp(
        `^# ${number} – [^]+\\nStatus: [^]+\\n## Context\\n[^]+\\n## Decision\\n[^]+\\n## Consequences\\n`,
      ),
    );
  }
  expect(decisions.length).toBeGreaterThan(0);
});
