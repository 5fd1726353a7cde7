// Documents that run: the fenced blocks of a Markdown section are written as files (```ts title="src/main.ts"),
// run as commands (```sh) or compared with what the command before them printed (```text). So a quickstart is
// tested word for word.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { userEnvironment } from "./user-environment.mjs";

/**
 * The blocks of one section, in order.
 *
 * @param {string} markdown
 * @param {string} heading the section's heading, with its number signs; the section ends at the next one of its level
 * @returns {{ lang: string, title: string | undefined, text: string }[]}
 */
export function blocksOf(markdown, heading) {
  const [, after] = markdown.split(`\n${heading}\n`);
  if (after === undefined) throw new Error(`no section "${heading}"`);
  const level = heading.split(" ")[0];
  const fence = /^```(\w+)(?: title="([^"]+)")?\n([\s\S]*?)^```$|^(#+) /gm;
  const blocks = [];
  for (const [, lang, title, text, hashes] of after.matchAll(fence)) {
    if (hashes && hashes.length <= level.length) break;
    if (lang) blocks.push({ lang, title, text });
  }
  return blocks;
}

/**
 * Follows the blocks from `folder` on. A `cd` in one block holds for those after it.
 *
 * @param {readonly { lang: string, title: string | undefined, text: string }[]} blocks
 * @param {{ folder: string, log?: (line: string) => void, env?: Record<string, string> }} options `log` hears what is being
 *   done; default: silence. `env` comes on top of a user's environment
 * @returns {{ folder: string, compared: number }} the folder where it ended, and how many outputs were compared
 */
export function followBlocks(blocks, { folder, log = () => {}, env = {} }) {
  let printed = "";
  let compared = 0;
  for (const { lang, title, text } of blocks) {
    if (title) {
      log(`write ${title}`);
      mkdirSync(dirname(join(folder, title)), { recursive: true });
      writeFileSync(join(folder, title), text);
    } else if (lang === "sh") {
      log(`$ ${text.trim().replaceAll("\n", "\n$ ")}`);
      ({ printed, folder } = runShell(text, { folder, env }));
    } else if (lang === "text") {
      expectLines(printed, text);
      compared += 1;
    } else {
      throw new Error(`a block of ${lang} without a title is neither a file nor a command:\n${text}`);
    }
  }
  return { folder, compared };
}

function runShell(text, { folder, env }) {
  const marker = "the folder after this block: ";
  const script = `set -euo pipefail\n${text}\nprintf '\\n${marker}%s' "$PWD"`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], {
    cwd: folder,
    encoding: "utf8",
    env: { ...userEnvironment(), ...env },
  });
  if (status !== 0) throw new Error(`this failed:\n${text}\n${stdout}\n${stderr}`);
  const at = stdout.lastIndexOf(`\n${marker}`);
  return { printed: stdout.slice(0, at), folder: stdout.slice(at + marker.length + 1) };
}

function expectLines(printed, expected) {
  let rest = printed.split("\n");
  for (const line of expected.trimEnd().split("\n")) {
    const at = rest.indexOf(line);
    if (at < 0) throw new Error(`"${line}" was not printed, or not in this order, in:\n${printed}`);
    rest = rest.slice(at + 1);
  }
}

/**
 * Reads a document of the repository and follows one section of it.
 *
 * @param {string} path
 * @param {{ heading: string, folder: string, log?: (line: string) => void, env?: Record<string, string> }} options
 */
export function followSection(path, { heading, ...options }) {
  const blocks = blocksOf(readFileSync(path, "utf8"), heading);
  const result = followBlocks(blocks, options);
  if (result.compared === 0) throw new Error(`${path}, "${heading}": no output was compared`);
  return result;
}
