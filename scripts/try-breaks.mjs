// `npm run breaks`: tries every break of breaks.mjs in a clone of the last commit, and fails when a gate lets one
// through, fails for another reason, or fails without a break. A word as an argument: only breaks whose names have it.
import "./require-node.mjs";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { breaks as all } from "./breaks.mjs";

const breaks = all.filter(({ name }) => name.includes(process.argv[2] ?? ""));
if (breaks.length === 0) throw new Error(`no break is called "${process.argv[2]}"`);

const clone = mkdtempSync(join(tmpdir(), "ts-grain-breaks-"));
const path = `${join(clone, "node_modules/.bin")}${delimiter}${process.env.PATH}`;
const inClone = (path) => join(clone, path);
const files = {
  write(path, text) {
    mkdirSync(dirname(inClone(path)), { recursive: true });
    writeFileSync(inClone(path), text);
  },
  change(path, edit) {
    const before = readFileSync(inClone(path), "utf8");
    const after = edit(before);
    if (after === before) throw new Error(`nothing to change in ${path}`);
    writeFileSync(inClone(path), after);
  },
  remove: (path) => rmSync(inClone(path), { recursive: true }),
};

function run(command) {
  const options = {
    cwd: clone,
    shell: true,
    encoding: "utf8",
    env: { ...process.env, PATH: path, NO_COLOR: "1" },
  };
  const { status, stdout, stderr } = spawnSync(command, options);
  return { status, output: stdout + stderr };
}

function restore() {
  run("git checkout --quiet . && git clean --quiet --force -d");
}

function judge({ edit, gate, says }) {
  edit(files);
  const { status, output } = run(gate);
  restore();
  if (status === 0) return "NOT CAUGHT";
  return says.test(output) ? undefined : `failed for another reason:\n${output}`;
}

let missed = 0;
try {
  execFileSync("git", ["clone", "--quiet", process.cwd(), clone]);
  run("git branch --force main HEAD");
  console.log("installing into a clone of the last commit");
  const installed = run("npm ci --prefer-offline --loglevel=error && tsc -b");
  if (installed.status !== 0) throw new Error(installed.output);
  for (const gate of new Set(breaks.map((each) => each.gate))) {
    const { status, output } = run(gate);
    if (status !== 0) throw new Error(`without any break, this fails: ${gate}\n${output}`);
  }
  for (const each of breaks) {
    const problem = judge(each);
    if (problem) missed += 1;
    console.log(`${problem ? "FAIL" : "ok  "} ${each.name} – ${each.gate}${problem ? `: ${problem}` : ""}`);
  }
} finally {
  rmSync(clone, { recursive: true, force: true });
}
console.log(`${breaks.length - missed} of ${breaks.length} breaks were caught`);
process.exit(missed === 0 ? 0 : 1);
