import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeFolder } from "./make-folder.ts";

function makeRoot(): string {
  const root = mkdtempSync(join(tmpdir(), "ts-grain-folder-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  return root;
}

test("a folder is made with those that it lies in, and is left as it is the second time", () => {
  const path = join(makeRoot(), "a", "b", "c");
  makeFolder(path);
  writeFileSync(join(path, "kept"), "");
  makeFolder(path);
  expect(statSync(join(path, "kept")).isFile()).toBe(true);
});

test("a folder cannot be made below a file", () => {
  const file = join(makeRoot(), "file");
  writeFileSync(file, "");
  expect(() => makeFolder(join(file, "a", "b"))).toThrow("ENOTDIR");
});

test("a path that goes up again is made as it is resolved", () => {
  const root = makeRoot();
  makeFolder(`${root}/a/../b`);
  expect(statSync(join(root, "b")).isDirectory()).toBe(true);
});

test.runIf(process.platform === "linux")(
  "where a folder that is there takes none, that is an error, at once",
  () => {
    expect(() => makeFolder("/proc/x/y")).toThrow(/ENOENT|EACCES|EPERM|EROFS/);
  },
);
