import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { breaks } from "./breaks.mjs";

test("docs/gates.md lists the breaks that are tried, and what catches each", () => {
  const document = readFileSync(join(dirname(import.meta.dirname), "docs/gates.md"), "utf8");
  const [, table] = document.split("| break | caught by |\n| --- | --- |\n");
  const rows = breaks.map(({ name, gate }) => `| ${name} | \`${gate}\` |\n`);
  expect(table).toBe(rows.join(""));
});
