// `npm run generate`: runs buf from the root with the buf.gen.yaml of every workspace and of its tests; where a buf.yaml is
// beside it, in that folder.
// With --check it also fails when that changed a file (edited by hand, or stale) or when a generated file is not
// in git. What it regenerated stays in place, to be looked at and committed.
import "./require-node.mjs";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const generated = ":(glob)**/gen/**";

function git(...args) {
  return execFileSync("git", args, { encoding: "utf8" }).split("\0").filter(Boolean);
}

function hashes() {
  const files = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", generated);
  const present = files.filter((file) => existsSync(file));
  return new Map(
    present.map((file) => [file, createHash("sha256").update(readFileSync(file)).digest("hex")]),
  );
}

function generate() {
  const templates = globSync("{packages,examples}/*/{,test/}buf.gen.yaml");
  if (templates.length === 0) throw new Error("no buf.gen.yaml found, so nothing was generated");
  const projects = templates.map(dirname).filter((folder) => existsSync(join(folder, "buf.yaml")));
  for (const template of templates) {
    if (!projects.includes(dirname(template))) run(`buf generate --template ${template}`, ".");
  }
  // What is a project of its own runs the plugin as it is published.
  if (projects.length > 0)
    run("node scripts/turbo.mjs run build --filter=protoc-gen-ts-grain --output-logs=none", ".");
  for (const folder of projects) run("buf generate", folder);
}

function run(command, cwd) {
  console.log(cwd === "." ? command : `${command} in ${cwd}`);
  const { status } = spawnSync(command, { cwd, shell: true, stdio: "inherit" });
  if (status !== 0) process.exit(1);
}

function check() {
  const before = hashes();
  generate();
  const after = hashes();
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (file) => before.get(file) !== after.get(file),
  );
  const uncommitted = git("ls-files", "-z", "--modified", "--others", "--exclude-standard", "--", generated);
  for (const file of changed) console.error(`${file}: was not what buf generates (it is now)`);
  for (const file of uncommitted) console.error(`${file}: differs from what git holds; add it`);
  if (after.size === 0) console.error("no generated files, so nothing was checked");
  if (changed.length + uncommitted.length > 0 || after.size === 0) process.exit(1);
  console.log(`${after.size} generated files are current`);
}

if (process.argv.includes("--check")) check();
else generate();
