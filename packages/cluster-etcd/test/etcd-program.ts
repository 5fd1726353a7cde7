import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../../scripts/get-server.mjs", import.meta.url));

/** The path of an etcd; undefined, with a loud line, if none can be had. In CI that is an error. */
export function findEtcd(): string | undefined {
  try {
    return execFileSync(process.execPath, [script, "etcd"], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    console.warn("\n!!! NOT TESTED: the etcd provider with a real etcd, which cannot be had here !!!\n");
    return undefined;
  }
}
