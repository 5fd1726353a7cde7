import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder, and those that it lies in, unless they are there. Node's own way goes on for ever where a folder that is there
 * takes none, as /proc.
 *
 * @throws the error of the file system.
 */
export function makeFolder(path: string): void {
  if (isMade(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  if (!isMade(path)) mkdirSync(path);
}

/** False if what it is to lie in is missing. */
function isMade(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    // What is there is not an error everywhere, and an error of another kind for some.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return true;
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
