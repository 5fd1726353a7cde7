import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, type MockInstance, test, vi } from "vitest";
import { Network } from "../src/rig/network.ts";

let folder: string;
let warn: MockInstance<typeof console.warn>;

beforeEach(() => {
  warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  folder = mkdtempSync(join(tmpdir(), "ts-grain-path-"));
  vi.stubEnv("PATH", folder);
});

afterEach(() => {
  vi.unstubAllEnvs();
  warn.mockRestore();
  rmSync(folder, { recursive: true });
});

/** An iproute2 that does as it is told. */
function putIp(script: string): void {
  writeFileSync(join(folder, "ip"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "ip"), 0o755);
}

test("without iproute2 links are not tested on a developer's machine, loudly, and in CI that is an error", () => {
  vi.stubEnv("CI", "");
  expect(Network.isPossible()).toBe(false);
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/NOT TESTED.*no iproute2/));
  vi.stubEnv("CI", "true");
  expect(() => Network.isPossible()).toThrow("ENOENT");
});

test("where network namespaces are refused links are not tested, loudly, in CI as well", () => {
  putIp('[ "$1" = -V ] || exit 1');
  vi.stubEnv("CI", "true");
  expect(Network.isPossible()).toBe(false);
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/NOT TESTED.*refused/));
});

test("where network namespaces are granted links are tested", () => {
  putIp("exit 0");
  expect(Network.isPossible()).toBe(true);
  expect(warn).not.toHaveBeenCalled();
});
