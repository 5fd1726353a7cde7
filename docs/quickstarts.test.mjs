// The quickstarts of the READMEs, word for word, each in a folder that shares nothing with the clone but
// node_modules. Needs a build, as they say; `npm test` makes one. docs/quickstart.md is followed by `npm run consumer`.
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { followSection } from "../scripts/document.mjs";

const root = dirname(import.meta.dirname);
const quickstarts = [
  { path: "README.md", heading: "## Quickstart" },
  { path: "packages/actor/README.md", heading: "## Use" },
  { path: "docs/pubsub.md", heading: "## Use" },
];

test.each(quickstarts)("$path prints what it says", { timeout: 60_000 }, ({ path, heading }) => {
  const folder = mkdtempSync(join(tmpdir(), "ts-grain-readme-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  cpSync(join(root, "package.json"), join(folder, "package.json"));

  const { compared } = followSection(join(root, path), { heading, folder });

  expect(compared).toBe(1);
});
