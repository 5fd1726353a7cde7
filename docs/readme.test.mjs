// The README's quickstart, word for word, in a folder that shares nothing with the clone but node_modules.
// Needs a build, as the quickstart says; `npm test` makes one.
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { followSection } from "../scripts/document.mjs";

const root = dirname(import.meta.dirname);

test("the README's quickstart prints what it says", { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "ts-grain-readme-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  cpSync(join(root, "package.json"), join(folder, "package.json"));

  const { compared } = followSection(join(root, "README.md"), { heading: "## Quickstart", folder });

  expect(compared).toBe(1);
});
