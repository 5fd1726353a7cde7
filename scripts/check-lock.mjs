// The lock must name no host and hold every platform's optional package. A registry that lacks one makes npm
// leave it out in silence, and on that platform `npm ci` then installs a tool without its binary.
import { readFileSync } from "node:fs";
import { findLockProblems } from "./lock-problems.mjs";

const problems = findLockProblems(JSON.parse(readFileSync("package-lock.json", "utf8")));
for (const problem of problems) console.error(`package-lock.json: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
