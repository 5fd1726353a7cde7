import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Where the packages are that generated code imports. */
export const repositoryModules: string = join(root, "node_modules");

/** A folder below the repository, from which generated code finds the packages that it imports. */
export function cacheFolder(name: string): string {
  return join(repositoryModules, ".cache", `protoc-gen-ts-grain-${name}`);
}

/**
 * What the compiler says of the TypeScript in a folder under the repository's settings: a line for each complaint. The
 * packages that it imports are checked elsewhere, each under its own settings.
 */
export function typeCheck(folder: string, compilerOptions: object = {}): readonly string[] {
  const config = {
    extends: join(root, "tsconfig.base.json"),
    compilerOptions: {
      noEmit: true,
      composite: false,
      incremental: false,
      declarationMap: false,
      sourceMap: false,
      customConditions: ["@ts-grain/source"],
      ...compilerOptions,
    },
    include: ["**/*.ts"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], {
    cwd: folder,
    encoding: "utf8",
  });
  return `${stdout}${stderr}`.split("\n").filter((line) => /^[^\s.]/.test(line));
}
