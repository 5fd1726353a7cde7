// Part of `npm run lint`: the rules of layers.mjs, structure-rules.mjs and public-surface.mjs over every package
// and example. Fails as well when it found nothing to check.
import { globSync, readFileSync } from "node:fs";
import { findSurfaceProblems } from "./public-surface.mjs";
import { parse } from "./source-file.mjs";
import { checkName, sourceRules } from "./structure-rules.mjs";

const isGenerated = (path) => /\/(gen|golden)\//.test(path);
const isTest = (path) => /\.(test|test-d|bench)\.ts$/.test(path);

function readSource(path) {
  const [, pkg, inside] = /^packages\/([^/]+)\/src\/(.+)$/.exec(path);
  return { path, pkg, inside, file: parse(path, readFileSync(path, "utf8")) };
}

const named = globSync(["{packages,examples}/*/{src,test}/**/*.ts", "{scripts,docs}/**/*.mjs"]);
const all = globSync("packages/*/src/**/*.ts").map(readSource);
const own = all.filter(({ path }) => !isGenerated(path) && !isTest(path));

const problems = [
  ...named.filter((path) => !isGenerated(path)).flatMap(checkName),
  ...own.flatMap((source) => sourceRules.flatMap((rule) => rule(source))),
  ...findSurfaceProblems(all),
];
for (const pkg of globSync("packages/*/package.json").map((path) => path.split("/")[1])) {
  if (!own.some((source) => source.pkg === pkg)) problems.push(`packages/${pkg}: no source file was checked`);
}
if (own.length === 0) problems.push("no source file was checked at all");

for (const problem of problems) console.error(problem);
console.log(`${own.length} source files, ${named.length} names checked, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
