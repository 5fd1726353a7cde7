import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../../../scripts/get-server.mjs", import.meta.url));

/** The path of a Consul; undefined, with a loud line, if none can be had. In CI that is an error. */
export function findConsul(): string | undefined {
  return find("consul", "faults of real processes");
}

/** The same of an etcd. */
export function findEtcd(): string | undefined {
  return find("etcd", "faults of an etcd of three");
}

/** The same of libfaketime, which shows a process another wall clock. */
export function findFaketime(): string | undefined {
  return find("faketime", "wall clocks that jump");
}

function find(what: string, untested: string): string | undefined {
  try {
    return execFileSync(process.execPath, [script, what], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    console.warn(`\n!!! NOT TESTED: ${untested}, because ${what} cannot be had here !!!\n`);
    return undefined;
  }
}
