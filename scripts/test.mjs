// `npm test`: builds, then runs every vitest project once. The last line counts for machines:
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

function runTests() {
  mkdirSync(dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const status = node(vitest, "run", ...reporters, ...process.argv.slice(2));
  const { passed, failed, skipped } = countTests(JSON.parse(readFileSync(report, "utf8")));
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
  return status || (failed > 0 || passed === 0 ? 1 : 0);
}

const built = node("scripts/turbo.mjs", "run", "build", "--output-logs=errors-only");
process.exitCode = built || runTests();
