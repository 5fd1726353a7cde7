import { readFileSync } from "node:fs";

/**
 * The environment as a user has it: without the settings of this repository's .npmrc, which `npm run` hands down to
 * every npm that it starts.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function userEnvironment() {
  const ours = readFileSync(new URL("../.npmrc", import.meta.url), "utf8")
    .split("\n")
    .map((line) => `npm_config_${line.split("=")[0].replaceAll("-", "_")}`);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.includes(name)));
}
