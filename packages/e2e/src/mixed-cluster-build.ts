import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../go/cluster-member", import.meta.url));
const servers = fileURLToPath(new URL("../../../scripts/get-server.mjs", import.meta.url));

/** The program of members in Go, once it is built. */
export const goClusterMember: string = fileURLToPath(
  new URL("../../../node_modules/.cache/e2e/go-cluster-member", import.meta.url),
);

/** Builds the Go member; false, with a loud line, if this machine has no Go. In CI that is an error. */
export function buildGoClusterMember(): boolean {
  return isThere("Go", () =>
    execFileSync("go", ["build", "-o", goClusterMember, "."], { cwd: source, stdio: "pipe" }),
  );
}

/** The path of a server's program; undefined, with a loud line, if none can be had. In CI that is an error. */
export function findServer(name: "consul" | "etcd"): string | undefined {
  let path: string | undefined;
  isThere(name, () => {
    path = execFileSync(process.execPath, [servers, name], { encoding: "utf8", stdio: "pipe" }).trim();
  });
  return path;
}

function isThere(what: string, get: () => void): boolean {
  try {
    get();
    return true;
  } catch (error) {
    // Without Go there is nothing to run; a Go program that does not build is an error.
    const isMissing = what !== "Go" || (error as NodeJS.ErrnoException).code === "ENOENT";
    if (!isMissing || process.env["CI"] === "true") throw error;
    console.warn(
      `\n!!! NOT TESTED: clusters of Go and TypeScript members, because there is no ${what} !!!\n`,
    );
    return false;
  }
}
