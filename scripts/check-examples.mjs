// `npm run examples`: every public export has an example that uses it, every example compiles, and those that tell
// what they print (`// prints: …`) print it. Whole programs in the documents compile as well. Needs a build.
//
// Interfaces and type aliases may point to another export's example instead, `@see {@link oneForOne}`, if that one
// uses them.
import "./require-node.mjs";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ts } from "ts-morph";
import { writeDocuments } from "./document-programs.mjs";
import { readUses } from "./example-uses.mjs";
import { publicExports } from "./public-exports.mjs";

const folder = "dist/examples";
const config = {
  extends: "../../tsconfig.base.json",
  compilerOptions: {
    composite: false,
    declaration: false,
    declarationMap: false,
    isolatedDeclarations: false,
    rewriteRelativeImportExtensions: false,
    allowImportingTsExtensions: true,
    noEmit: true,
    // An example may end with what it has made. Imports without use are looked for here.
    noUnusedLocals: false,
  },
  include: ["**/*.ts"],
};

prepareFolder();
const all = publicExports();
const examples = writeExamples();
const programs = writeDocuments(folder);
const telling = examples.filter(({ prints }) => prints.length > 0);
const problems = [...compile(), ...findMissing(), ...run()];
for (const [what, found] of Object.entries({ all, examples, programs, telling })) {
  if (found.length === 0) problems.push(`nothing was checked: ${what}`);
}

for (const problem of problems) console.error(problem);
console.log(
  `${all.length} exports, ${examples.length} examples, ${telling.length} of them run, ` +
    `${programs.length} programs of documents, ${problems.length} problems`,
);
process.exitCode = problems.length > 0 ? 1 : 0;

function prepareFolder() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config, undefined, 2));
  // The contract that examples may rely on is that of the smart bulb.
  symlinkSync(resolve("examples/smart-bulb/src/gen"), join(folder, "gen"), "junction");
}

function writeExamples() {
  return all.flatMap(({ folder: pkg, name, path, examples: own }, number) =>
    own.map(({ code, line }, index) => {
      // With numbers, as some file systems take GrainKind.ts and grainKind.ts for one.
      const file = join(folder, `${pkg.replace("packages/", "")}.${number}.${name}.${index}.ts`);
      writeFileSync(file, code);
      const prints = [...code.matchAll(/\/\/ prints: (.*)$/gm)].map(([, text]) => text);
      return { file, prints, path, line, of: `${path}#${name}` };
    }),
  );
}

/** The compiler's complaints, told by the line of the comment or document that they are about. */
function compile() {
  const { status, stdout, stderr } = spawnSync("tsc", ["-p", folder, "--pretty", "false"], {
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status === 0) return [];
  if (!stdout) return [`tsc failed: ${stderr}`];
  const origins = new Map([...examples, ...programs].map((each) => [each.file, each]));
  return stdout
    .trim()
    .split("\n")
    .map((text) => {
      const [, file, row, message] = /^([^(]+)\((\d+),\d+\): (.*)$/.exec(text) ?? [];
      const origin = file && origins.get(join(file));
      return origin ? `${origin.path}:${origin.line + Number(row) - 1}: ${message}` : text;
    });
}

function findMissing() {
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  const files = examples.map(({ file }) => file);
  const entries = [...new Set(all.map(({ types }) => types))];
  const { uses, unusedImports } = readUses({ files, entries, options });
  const isUsed = ({ types, name }, of) =>
    examples.some((example) => example.of === of && uses(example.file, types, name));
  const idle = examples.flatMap(({ file, path, line }) =>
    unusedImports(file).map((name) => `${path}:${line}: the example imports ${name} and does not use it`),
  );
  return [...idle, ...all.flatMap((each) => judge(each, isUsed))];
}

function judge(each, isUsed) {
  const { name, path, line, seen } = each;
  const at = `${path}:${line}`;
  if (each.examples.length > 0) {
    return isUsed(each, `${path}#${name}`) ? [] : [`${at}: no @example of ${name} uses it`];
  }
  if (!each.isType || seen.length === 0) return [`${at}: ${name} has no example. ${advice(each)}`];
  const targets = all.filter((other) => seen.includes(other.name));
  return targets.some((other) => isUsed(each, `${other.path}#${other.name}`))
    ? []
    : [`${at}: ${name} points to ${seen.join(", ")}, and no example there uses it`];
}

function advice({ entry, isType }) {
  const write =
    'Write "@example" as the last part of its doc comment, and from the next line on a program of a few lines ' +
    `that uses it, with its imports (from "${entry}").`;
  return isType
    ? `${write} Or point to an export whose example uses this type: "@see {@link ThatExport}".`
    : write;
}

function run() {
  const results = join(folder, "printed.json");
  const files = telling.map(({ file }) => file);
  const { stderr } = spawnSync(process.execPath, ["scripts/run-examples.mjs", results, ...files], {
    encoding: "utf8",
  });
  const printed = ts.sys.fileExists(results) && JSON.parse(readFileSync(results, "utf8"));
  if (!printed) return [`the examples could not be run: ${stderr}`];
  return printed.flatMap(({ lines, error }, index) => {
    const { path, line, prints } = telling[index];
    if (error) return [`${path}:${line}: the example failed: ${error}`];
    const [got, told] = [lines, prints].map((texts) => JSON.stringify(texts));
    return got === told ? [] : [`${path}:${line}: the example prints ${got}, and says ${told}`];
  });
}
