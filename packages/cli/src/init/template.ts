import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a project can begin with, by name, and what that is. The first is the default. */
export const templates = {
  minimal: "one process, without a server",
  consul: "members of several processes, which find each other through Consul",
} as const;

/** A name among {@link templates}. */
export type TemplateName = keyof typeof templates;

const root = fileURLToPath(new URL("../../templates", import.meta.url));
/** npm leaves a file of this name out of what it packs, so it goes by another one. */
const renamed = new Map([["gitignore", ".gitignore"]]);

/** The files of a template, by path: its own, and those that all share. */
export function readTemplate(name: TemplateName): ReadonlyMap<string, string> {
  return new Map([...filesBelow(join(root, "shared")), ...filesBelow(join(root, name))]);
}

function filesBelow(folder: string): [path: string, text: string][] {
  return globSync("**", { cwd: folder })
    .toSorted()
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => [renamed.get(path) ?? path, readFileSync(join(folder, path), "utf8")]);
}
