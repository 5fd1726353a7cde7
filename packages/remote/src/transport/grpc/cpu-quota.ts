import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Whether this process may use only so much processor time, as far as Linux tells: by its cgroup or by one above, of version 1 or 2. */
export function hasCpuQuota(root = "/"): boolean {
  return read(join(root, "proc/self/cgroup"))
    .split("\n")
    .some((line) => isLimited(root, line));
}

/** @param line of `/proc/self/cgroup`: a number, what is controlled (nothing in version 2), and the cgroup, with colons between */
function isLimited(root: string, line: string): boolean {
  const [, controllers, ...rest] = line.split(":");
  // A cgroup's name may have colons in it.
  const names = rest.join(":").split("/");
  const above = names.map((_, count) => names.slice(0, count + 1).join("/"));
  if (controllers === "")
    return above.some((group) => /^\d/.test(read(join(root, "sys/fs/cgroup", group, "cpu.max"))));
  if (!controllers?.split(",").includes("cpu")) return false;
  return above.some((group) => Number(read(join(root, "sys/fs/cgroup/cpu", group, "cpu.cfs_quota_us"))) > 0);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
