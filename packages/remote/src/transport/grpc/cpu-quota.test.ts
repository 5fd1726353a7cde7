import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { hasCpuQuota } from "./cpu-quota.ts";

const folder = mkdtempSync(join(tmpdir(), "cpu-quota-"));
afterAll(() => rmSync(folder, { recursive: true }));

function written(text: string): string {
  const path = join(folder, "cpu.max");
  writeFileSync(path, text);
  return path;
}

test("so many microseconds in each period are a quota of processor time", () => {
  expect(hasCpuQuota(written("50000 100000\n"))).toBe(true);
});

test("no limit is no quota", () => {
  expect(hasCpuQuota(written("max 100000\n"))).toBe(false);
});

test("where the system tells nothing there is no quota", () => {
  expect(hasCpuQuota(join(folder, "missing"))).toBe(false);
});
