// The test vectors that docs/protocol.md shows are those that the tests of the packages check.
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = dirname(import.meta.dirname);
const page = readFileSync(join(root, "docs/protocol.md"), "utf8");
const [, vectors] = /^## Test vectors\n(.+?)^## /ms.exec(page);
const literals = globSync("packages/{remote,cluster}/src/**/*.test.ts", { cwd: root })
  .map((path) => readFileSync(join(root, path), "utf8").replaceAll("_", ""))
  .join("\n");

/** Bytes and hashes in backquotes, and scores of owners. */
const shown = new Set([
  ...[...vectors.matchAll(/`((?:[0-9a-f]{2})+|\d{16,})` \|?$/gm)].map(([, bytes]) => bytes),
  ...[...vectors.matchAll(/(?<= \| )\d{9,10}(?= \|)/g)].map(([score]) => score),
  "16116825312239478541",
]);

test("the page shows many", () => {
  expect(shown.size).toBeGreaterThan(50);
});

test.each([...shown])("%s is checked by a test", (vector) => {
  expect(literals).toMatch(new RegExp(`(?<![0-9a-f])${vector}(?![0-9a-f])`));
});

test("the algorithm that the page tells finds the owners that it shows", () => {
  const score = (text) =>
    new TextEncoder()
      .encode(text)
      .reduce((hash, byte) => Math.imul(hash ^ byte, 16_777_619) >>> 0, 2_166_136_261);
  const rows = [...vectors.matchAll(/^\| (?:`(.+?)`|\(empty\)) \| (\d+) \| (\d+) \| (\d+) \|$/gm)];
  expect(rows.length).toBe(12);
  for (const [, identity = "", ...scores] of rows)
    expect([8001, 8002, 8003].map((port) => String(score(`${identity}127.0.0.1:${port}`)))).toEqual(scores);
});
