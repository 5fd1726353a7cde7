import { lstatSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { makeFolder } from "../make-folder.ts";
import { type Installer, inWordsOf } from "./installer.ts";
import { readTemplate, type TemplateName } from "./template.ts";

/** What templates are called before they are anybody's. */
const placeholder = /\bmy-app\b/g;

/** A project that is to be. */
export interface ProjectPlan {
  readonly folder: string;
  readonly template: TemplateName;
  readonly installer: Installer;
}

/** The files of a project, by path below its folder. They carry the folder's name, and speak of its package manager. */
export function filesOf({ folder, template, installer }: ProjectPlan): ReadonlyMap<string, string> {
  const name = packageNameFrom(basename(resolve(folder)));
  return new Map(
    [...readTemplate(template)].map(([path, text]) => {
      const named = text.replaceAll(placeholder, name);
      return [path, path.endsWith(".md") ? inWordsOf(installer, named) : named];
    }),
  );
}

/** What is in the way of files below a folder: files that exist, and files where folders must be. */
export function collisionsOf(folder: string, paths: Iterable<string>): readonly string[] {
  const inTheWay = [...paths].flatMap((path) => {
    const target = join(folder, path);
    const parent = foldersOf(target).find((each) => isNoFolder(each));
    if (parent !== undefined) return [parent];
    return lstatSync(target, { throwIfNoEntry: false }) ? [target] : [];
  });
  return [...new Set(inTheWay)];
}

/** Writes files below a folder; never over one that exists. */
export function writeFiles(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    const target = join(folder, path);
    makeFolder(dirname(target));
    writeFileSync(target, text, { flag: "wx" });
  }
}

/** Whether there is nothing in a folder but what is hidden, such as `.git`. */
export function isEmptyFolder(folder: string): boolean {
  return readdirSync(folder).every((name) => name.startsWith("."));
}

/** A name that npm takes. */
export function packageNameFrom(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return name === "" ? "my-app" : name.slice(0, 60);
}

/** From the outermost one on. */
function foldersOf(path: string): string[] {
  const parent = dirname(path);
  return parent === path || parent === "." ? [] : [...foldersOf(parent), parent];
}

function isNoFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
}
