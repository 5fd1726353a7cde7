import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { hasCpuQuota } from "./cpu-quota.ts";

const folder = mkdtempSync(join(tmpdir(), "cpu-quota-"));
afterAll(() => rmSync(folder, { recursive: true }));
let roots = 0;

/** A root with these files. */
function rootWith(files: Readonly<Record<string, string>>): string {
  const root = join(folder, String(roots++));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const ofVersion1 = "4:memory:/pod\n3:cpu,cpuacct:/pod/one\n0::/\n";

test.each([
  ["its own cgroup", { "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "50000 100000\n" }],
  ["a cgroup within", { "proc/self/cgroup": "0::/pod/one\n", "sys/fs/cgroup/pod/one/cpu.max": "1 2\n" }],
  ["one above it", { "proc/self/cgroup": "0::/pod/one\n", "sys/fs/cgroup/pod/cpu.max": "50000 100000\n" }],
  ["one with a colon", { "proc/self/cgroup": "0::/a:b\n", "sys/fs/cgroup/a:b/cpu.max": "50000 100000\n" }],
  ["version 1", { "proc/self/cgroup": ofVersion1, "sys/fs/cgroup/cpu/pod/cpu.cfs_quota_us": "20000\n" }],
])("a quota of processor time is seen in %s", (_where, files) => {
  expect(hasCpuQuota(rootWith(files))).toBe(true);
});

test.each([
  ["where there is no limit", { "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n" }],
  ["in a sister's", { "proc/self/cgroup": "0::/one\n", "sys/fs/cgroup/two/cpu.max": "50000 100000\n" }],
  ["in version 1", { "proc/self/cgroup": ofVersion1, "sys/fs/cgroup/cpu/pod/cpu.cfs_quota_us": "-1\n" }],
  ["where the system tells nothing", {}],
])("no quota of processor time is seen %s", (_where, files) => {
  expect(hasCpuQuota(rootWith(files))).toBe(false);
});
