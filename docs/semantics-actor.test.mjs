// The tests that docs/semantics-actor.md names exist, under the names that it gives.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = dirname(import.meta.dirname);
const page = readFileSync(join(import.meta.dirname, "semantics-actor.md"), "utf8");
/** A reference: a path in backticks below `packages`, a colon and the name as it stands in the source. */
const references = [...page.matchAll(/`([\w/.-]+\.test\.(?:ts|mjs))`: ([^|]+?)(?=<br>| \|)/g)].map(
  ([, file, name]) => ({
    file,
    name: name.trim(),
  }),
);

function pathOf(file) {
  return ["packages/actor/src", ""]
    .map((folder) => join(root, folder, file))
    .find((path) => existsSync(path));
}

test("the page names tests", () => {
  expect(references.length).toBeGreaterThan(100);
});

test.each(references)("$file: $name", ({ file, name }) => {
  const path = pathOf(file);
  expect(path, file).toBeDefined();
  expect(readFileSync(path, "utf8")).toContain(`"${name}"`);
});
