import { readFileSync } from "node:fs";

/** Where Linux tells a container how much processor time it may use: `max`, or microseconds, in each period. */
const cpuMax = "/sys/fs/cgroup/cpu.max";

/** Whether this process may use only so much processor time, as far as the system tells: Linux does, for cgroups of version 2. */
export function hasCpuQuota(path: string = cpuMax): boolean {
  try {
    return !readFileSync(path, "utf8").startsWith("max");
  } catch {
    return false;
  }
}
