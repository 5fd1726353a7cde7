// docs/interop.md and the tests with Proto.Actor Go say the same: which tests there are, and which cases each has seen in which direction.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = dirname(import.meta.dirname);
const read = (path) => readFileSync(join(root, path), "utf8");
const page = read("docs/interop.md");
const run = page.split("## The last run\n")[1].split("## The tests\n")[0];

/** The cells of the rows with so many columns. */
const rows = (text, columns) =>
  text
    .split("\n")
    .map((line) => /^\| (.*) \|$/.exec(line)?.[1].split(" | "))
    .filter((cells) => cells?.length === columns && !/^-+:?$/.test(cells[0]))
    .slice(1);

const tests = [
  ...read("packages/e2e/src/interop.test.ts").matchAll(/^ {2}test\("(.+?)",(.+?)^ {2}\}\);/gms),
].map(([, title, body]) => ({
  title,
  saw: [...body.matchAll(/\bsaw\((\d+), "(.+?)"/g)].map((all) => all.slice(1)),
}));

test("the page lists every test, and no other", () => {
  const titles = rows(page.split("## The tests\n")[1], 2).map(([title]) => title);
  expect(titles.length).toBeGreaterThan(15);
  expect(titles).toEqual(tests.map(({ title }) => title));
});

test("the run that the page shows has seen what the tests would see now", () => {
  const shown = rows(run, 4).map(([number, direction, title]) => `${number} ${direction}: ${title}`);
  const wouldSee = tests.flatMap(({ title, saw }) =>
    saw.map(([number, direction]) => `${number} ${direction}: ${title}`),
  );
  expect(shown.toSorted()).toEqual(wouldSee.toSorted());
});

test.each([1, 2, 3, 4, 5, 6, 7, 10, 11])("case %d was seen in both directions", (number) => {
  const directions = rows(run, 4)
    .filter(([shown]) => Number(shown) === number)
    .map(([, direction]) => direction);
  for (const way of [/→ Go$/, /(Go|peer) → us$/])
    expect(directions.some((each) => way.test(each))).toBe(true);
});

test("the page says of which Proto.Actor Go the run was: the one that the tests are built with", () => {
  const [, version] = /protoactor-go (v\S+)/.exec(read("packages/e2e/go/go.mod"));
  expect(run).toContain(`github.com/asynkron/protoactor-go ${version}, Node `);
});
