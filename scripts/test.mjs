// `npm test`: builds, then runs every vitest project once, those that start processes last and one file at a time. The last line counts for machines:
// "N passed, N failed, N skipped". Fails as well when no test ran. Arguments go to vitest.
import "./require-node.mjs";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { countTests } from "./count-tests.mjs";

const report = "node_modules/.cache/test-report.json";
const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");

function node(...args) {
  return spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;
}

/** Projects whose tests start processes and servers, and judge what these do in real time: nothing else runs meanwhile. */
const acrossProcesses = [
  "cli",
  "cluster-automanaged",
  "cluster-consul",
  "cluster-etcd",
  "cluster-kubernetes",
  "e2e",
  "faults",
  "fastify",
  "smart-bulb",
];

/** Runs vitest, with what it counted. */
function runVitest(...args) {
  mkdirSync(dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const status = node(vitest, "run", ...reporters, ...args);
  return { status, counts: countTests(JSON.parse(readFileSync(report, "utf8"))) };
}

function runTests() {
  const args = process.argv.slice(2);
  const projects = acrossProcesses.map((name) => `--project=${name}`);
  const others = acrossProcesses.map((name) => `--project=!${name}`);
  const runs =
    args.length > 0
      ? [runVitest(...args)]
      : [runVitest(...others), runVitest(...projects, "--no-file-parallelism")];
  const sum = (name) => runs.reduce((total, { counts }) => total + counts[name], 0);
  const [passed, failed, skipped] = [sum("passed"), sum("failed"), sum("skipped")];
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
  return runs.some(({ status }) => status !== 0) || failed > 0 || passed === 0 ? 1 : 0;
}

const built = node("scripts/turbo.mjs", "run", "build", "--output-logs=errors-only");
process.exitCode = built || runTests();
