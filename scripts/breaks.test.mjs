import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { breaks } from "./breaks.mjs";

test("docs/gates.md lists the breaks that are tried, and what catches each", () => {
  const document = readFileSync(join(dirname(import.meta.dirname), "docs/gates.md"), "utf8");
  const [, table] = document.split("| break | caught by |\n| --- | --- |\n");
  const rows = breaks.map(({ name, gate }) => `| ${name} | \`${gate}\` |\n`);
  expect(table).toBe(rows.join(""));
});

test.each(breaks)("the break that takes this away still finds it: $name", ({ edit }) => {
  const files = {
    write() {},
    change(path, change) {
      const before = readFileSync(join(dirname(import.meta.dirname), path), "utf8");
      expect(change(before)).not.toBe(before);
    },
    remove: (path) => expect(existsSync(join(dirname(import.meta.dirname), path))).toBe(true),
  };
  edit(files);
});
