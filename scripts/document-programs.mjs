// The programs in the documents: a TypeScript block with a title claims to be a whole file. Each document's titled
// blocks are written to a folder, and its contracts generated, so that the programs can be compiled.
import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const documents = ["README.md", "docs/*.md", "packages/*/README.md"];
/** Documents whose programs are part of a project that their commands make; `npm run consumer` makes and compiles it. */
const ofProjects = new Set(["docs/first-five-minutes.md"]);
const titled = /^```(\w+) title="([^"]+)"\n([\s\S]*?)^```$/gm;

/**
 * @param {string} folder
 * @returns {{ file: string, path: string, line: number }[]} the programs, each with the line of its document where it begins
 */
export function writeDocuments(folder) {
  return globSync(documents)
    .filter((path) => !ofProjects.has(path))
    .sort()
    .flatMap((path) => writeDocument(path, join(folder, "documents", path.replace(/\.md$/, ""))));
}

function writeDocument(path, folder) {
  const markdown = readFileSync(path, "utf8");
  const blocks = [...markdown.matchAll(titled)].map(({ index, 1: lang, 2: title, 3: text }) => {
    const file = join(folder, title);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return { lang, title, file, path, line: markdown.slice(0, index).split("\n").length + 1 };
  });
  for (const { title } of blocks.filter((block) => block.title.endsWith("buf.gen.yaml")))
    generate(folder, title);
  return blocks.filter(({ lang }) => lang === "ts");
}

function generate(folder, template) {
  const { status, stderr } = spawnSync("buf", ["generate", "--template", template], {
    cwd: folder,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`buf generate in ${folder}: ${stderr}`);
}
