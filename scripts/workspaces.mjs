// The workspaces of this repository, read from the folders: what scripts loop over.
import { globSync, readFileSync } from "node:fs";
import { dirname } from "node:path";

/** The packages that are published: folder relative to the root, and npm name. */
export function publicPackages() {
  return globSync("packages/*/package.json")
    .sort()
    .map((path) => ({ folder: dirname(path), ...JSON.parse(readFileSync(path, "utf8")) }))
    .filter((manifest) => !manifest.private)
    .map(({ folder, name }) => ({ folder, name }));
}
