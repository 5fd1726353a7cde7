// `npm run examples`: every public export has an example, every example compiles, and those that tell what they
// print (`// prints: …`) print it. Titled TypeScript blocks of the documents compile as well. Needs a build.
//
// Interfaces and type aliases may point to the example of another export instead, `@see {@link oneForOne}`, if that
// example uses them: names them, or has something of their type.
import "./require-node.mjs";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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
    declarationMap: false,
    declaration: false,
    isolatedDeclarations: false,
    rewriteRelativeImportExtensions: false,
    allowImportingTsExtensions: true,
    noEmit: true,
    // An example may end with what it has made; imports without use are looked for below.
    noUnusedLocals: false,
  },
  include: ["**/*.ts"],
};

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config, undefined, 2));
// The contract that examples may rely on is that of the smart bulb.
symlinkSync(resolve("examples/smart-bulb/src/gen"), join(folder, "gen"), "junction");

const all = publicExports();
const examples = all.flatMap(({ folder: pkg, name, path, examples: own }, number) =>
  own.map(({ code, line }, index) => {
    // With numbers, as some file systems take GrainKind.ts and grainKind.ts for one.
    const file = join(folder, `${pkg.replace("packages/", "")}.${number}.${name}.${index}.ts`);
    writeFileSync(file, code);
    return { file, code, path, line, of: `${path}#${name}` };
  }),
);
const programs = writeDocuments(folder);
const origins = new Map([...examples, ...programs].map((each) => [each.file, each]));

const problems = [...compile(), ...findMissing(), ...run()];
for (const problem of problems) console.error(problem);
console.log(
  `${all.length} exports, ${examples.length} examples, ${programs.length} programs of documents, ${problems.length} problems`,
);
process.exitCode = problems.length > 0 || examples.length === 0 || programs.length === 0 ? 1 : 0;

/** The compiler's complaints, told by the line of the comment or document that they are about. */
function compile() {
  const { status, stdout } = spawnSync("tsc", ["-p", folder, "--pretty", "false"], {
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status === 0) return [];
  return stdout
    .trim()
    .split("\n")
    .map((line) => {
      const [, file, row, message] = /^([^(]+)\((\d+),\d+\): (.*)$/.exec(line) ?? [];
      const origin = origins.get(file);
      return origin ? `${origin.path}:${origin.line + Number(row) - 1}: ${message}` : line;
    });
}

function findMissing() {
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  const files = examples.map(({ file }) => file);
  const { uses, unusedImports } = readUses({
    files,
    entries: [...new Set(all.map(({ types }) => types))],
    options,
  });
  const isUsed = ({ types, name }, of) =>
    examples.some((example) => example.of === of && uses(example.file, types, name));
  const withoutUse = examples.flatMap(({ file, path, line }) =>
    unusedImports(file).map((name) => `${path}:${line}: the example imports ${name} and does not use it`),
  );
  return [...withoutUse, ...all.flatMap((each) => judge(each, isUsed))];
}

function judge(each, isUsed) {
  const { name, path, line, entry } = each;
  if (each.examples.length > 0) {
    if (isUsed(each, `${path}#${name}`)) return [];
    return [`${path}:${line}: no @example of ${name} uses it`];
  }
  if (!each.isType) return [`${path}:${line}: ${name} has no example. ${advice(entry)}`];
  if (each.seen.length === 0) {
    return [
      `${path}:${line}: ${name} has no example. ${advice(entry)} Or, as it is a type, point to an export whose example uses it: "@see {@link ThatExport}".`,
    ];
  }
  const targets = all.filter((other) => each.seen.includes(other.name));
  if (targets.some((other) => isUsed(each, `${other.path}#${other.name}`))) return [];
  return [`${path}:${line}: ${name} points to ${each.seen.join(", ")}, and no example there uses it`];
}

function advice(entry) {
  return `Write "@example" as the last part of its doc comment, and from the next line on a program of a few lines that uses it, with its imports (from "${entry}").`;
}

function run() {
  const telling = examples
    .map((example) => ({
      ...example,
      expected: [...example.code.matchAll(/\/\/ prints: (.*)$/gm)].map(([, text]) => text),
    }))
    .filter(({ expected }) => expected.length > 0);
  if (telling.length === 0) return ["no example tells what it prints"];
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["scripts/run-examples.mjs", ...telling.map(({ file }) => file)],
    { encoding: "utf8" },
  );
  if (!stdout) return [`the examples could not be run: ${stderr}`];
  return JSON.parse(stdout).flatMap(({ printed, error }, index) => {
    const { path, line, expected } = telling[index];
    if (error) return [`${path}:${line}: the example failed: ${error}`];
    const [wanted, got] = [expected, printed].map((lines) => JSON.stringify(lines));
    return wanted === got ? [] : [`${path}:${line}: the example prints ${got}, and says ${wanted}`];
  });
}
