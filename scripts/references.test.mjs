// `tsc -b` in a fresh clone builds what a package imports only if its tsconfig.json refers to it.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ts } from "ts-morph";
import { expect, test } from "vitest";

const root = dirname(import.meta.dirname);
const folders = globSync("{packages,examples}/*/package.json", { cwd: root }).map(dirname);
const folderOf = new Map(folders.map((folder) => [readJson(join(folder, "package.json")).name, folder]));

/** JSON with comments. */
function readJson(path) {
  return ts.parseConfigFileTextToJson(path, readFileSync(join(root, path), "utf8")).config;
}

function referencesOf(path) {
  const { references = [] } = existsSync(join(root, path)) ? readJson(path) : {};
  return references.map((reference) => join(dirname(path), reference.path));
}

function foldersOf(dependencies = {}) {
  return Object.keys(dependencies).flatMap((name) => folderOf.get(name) ?? []);
}

test.each(folders)("%s: what it depends on is what tsc builds before it", (folder) => {
  const { dependencies, peerDependencies, devDependencies } = readJson(join(folder, "package.json"));
  const own = join(folder, "tsconfig.json");
  const tests = join(folder, "tsconfig.test.json");
  expect(referencesOf(own)).toEqual(
    expect.arrayContaining(foldersOf({ ...dependencies, ...peerDependencies })),
  );
  expect([...referencesOf(own), ...referencesOf(tests)]).toEqual(
    expect.arrayContaining(foldersOf(devDependencies)),
  );
});

test("the root's tsconfig.json names every project", () => {
  const projects = folders.flatMap((folder) =>
    existsSync(join(root, folder, "tsconfig.test.json"))
      ? [folder, join(folder, "tsconfig.test.json")]
      : [folder],
  );
  expect(referencesOf("tsconfig.json").toSorted()).toEqual(projects.toSorted());
});
