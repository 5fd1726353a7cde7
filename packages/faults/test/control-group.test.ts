import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, type MockInstance, test, vi } from "vitest";
import { ControlGroup } from "../src/rig/control-group.ts";

let folder: string;
let warn: MockInstance<typeof console.warn>;

beforeEach(() => {
  warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  folder = mkdtempSync(join(tmpdir(), "ts-grain-cgroup-"));
  vi.stubEnv("CI", "true");
  vi.spyOn(process, "getuid").mockReturnValue(0);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** The controllers of version 1 that are mounted. */
function mount(...controllers: readonly string[]): void {
  for (const controller of controllers) mkdirSync(join(folder, controller));
  writeFileSync(join(folder, "cpu", "cpu.cfs_quota_us"), "-1");
}

test("without control groups of version 1 members that starve are not tested, loudly, in CI as well", () => {
  expect(ControlGroup.isPossible(folder)).toBe(false);
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/NOT TESTED.*version 1/));
});

test("who is not root is told loudly that members that starve are not tested", () => {
  mount("cpu", "memory");
  vi.spyOn(process, "getuid").mockReturnValue(1_000);
  expect(ControlGroup.isPossible(folder)).toBe(false);
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/NOT TESTED.*root/));
});

test("control groups that are there and refused are told of loudly on a developer's machine, and in CI are an error", () => {
  mount("cpu");
  expect(() => ControlGroup.isPossible(folder)).toThrow("ENOENT");
  vi.stubEnv("CI", "");
  expect(ControlGroup.isPossible(folder)).toBe(false);
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/NOT TESTED.*refused/));
});

test("where control groups are granted members that starve are tested", () => {
  mount("cpu", "memory");
  expect(ControlGroup.isPossible(folder)).toBe(true);
  expect(warn).not.toHaveBeenCalled();
});
