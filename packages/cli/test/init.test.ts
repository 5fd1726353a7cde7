import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { detectInstaller, inWordsOf } from "../src/init/installer.ts";
import { packageNameFrom } from "../src/init/project.ts";
import { readTemplate, type TemplateName, templates } from "../src/init/template.ts";
import { runProgram } from "../src/program.ts";
import { RecordingTerminal } from "./recording-terminal.ts";

const root = join(import.meta.dirname, "../../..");
const names = Object.keys(templates) as TemplateName[];
let folder = "";
let before = "";

beforeEach(() => {
  before = process.cwd();
  folder = mkdtempSync(join(tmpdir(), "init-"));
  process.chdir(folder);
  vi.stubEnv("npm_config_user_agent", undefined);
});

afterEach(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
});

async function init(args: readonly string[], terminal = new RecordingTerminal({ answer: "" })) {
  const exitCode = await runProgram(["init", ...args], terminal);
  const { output, questions } = terminal;
  return { exitCode, output, questions, notes: terminal.notes.join("\n") };
}

/** All files below the folder. */
function written(): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

test("a project is made in a folder of its own, and carries the folder's name", async () => {
  const { exitCode, output, questions } = await init(["Smart Home"]);
  expect([exitCode, questions]).toEqual([0, []]);
  expect(output).toMatch(/Next:\n\n {2}cd 'Smart Home'\n {2}npm install\n {2}npm start$/);
  const read = (path: string) => readFileSync(join(folder, "Smart Home", path), "utf8");
  expect(JSON.parse(read("package.json")).name).toBe("smart-home");
  expect(read("src/main.ts")).toContain('configureCluster("smart-home"');
  expect(read("README.md")).toMatch(/^# smart-home\n/);
  expect(read(".gitignore")).toContain("node_modules/");
  for (const path of written()) expect(readFileSync(path, "utf8")).not.toContain("my-app");
});

test("an empty folder becomes the project itself, even one that git knows", async () => {
  mkdirSync(".git");
  const { exitCode, output, questions } = await init([]);
  expect([exitCode, questions]).toEqual([0, []]);
  expect(output).not.toContain("cd ");
  expect(readdirSync(".")).toContain("package.json");
});

describe("in a folder that is not empty", () => {
  beforeEach(() => writeFileSync("notes.txt", "mine"));

  test("it asks for another one, and takes what it is told", async () => {
    const { questions } = await init([], new RecordingTerminal({ answer: " lights " }));
    expect(questions).toHaveLength(1);
    expect(readdirSync(".")).toEqual(["lights", "notes.txt"]);
  });

  test.each([
    ["with an empty answer", [], new RecordingTerminal({ answer: "" })],
    ["where nobody answers", [], new RecordingTerminal()],
    ["with --yes", ["--yes"], new RecordingTerminal({ answer: "never asked" })],
  ])("%s it takes the default", async (_how, args, terminal) => {
    expect((await init(args, terminal)).exitCode).toBe(0);
    expect(readdirSync(".")).toEqual(["my-app", "notes.txt"]);
    if (args.length > 0) expect(terminal.questions).toEqual([]);
  });

  test("whoever interrupts the question gets nothing", async () => {
    const terminal = new RecordingTerminal();
    terminal.ask = async () => {
      throw new DOMException("Aborted with Ctrl+C", "AbortError");
    };
    expect(await init([], terminal)).toMatchObject({ exitCode: 130, output: "", notes: "" });
    expect(readdirSync(".")).toEqual(["notes.txt"]);
  });

  test("named, it is taken if nothing is in the way, and what is there stays", async () => {
    expect((await init(["."])).exitCode).toBe(0);
    expect(readFileSync("notes.txt", "utf8")).toBe("mine");
    expect(readdirSync(".")).toContain("package.json");
  });
});

test.each([
  ["a file", "README.md", () => writeFileSync("README.md", "mine")],
  ["a file where a folder must be", "src", () => writeFileSync("src", "mine")],
])("%s in the way is named, and nothing is written", async (_what, path, put) => {
  put();
  const { exitCode, output, notes } = await init(["."]);
  expect([exitCode, output]).toEqual([2, ""]);
  expect(notes).toBe(
    `error: nothing was written, since this is in the way: ${path}. Name a folder that is empty: ts-grain init <folder>`,
  );
  expect(written()).toEqual([join(folder, path)]);
});

test("a folder that cannot be is an error without a stack trace", async () => {
  writeFileSync("file", "mine");
  const { exitCode, notes } = await init(["file/below"]);
  expect(exitCode).toBe(2);
  expect(notes).toMatch(/in the way: file\./);
});

test("programs get JSON", async () => {
  const { output } = await init(["home", "--json", "--template", "consul"]);
  const made = JSON.parse(output);
  expect(made).toMatchObject({ folder: "home", template: "consul" });
  expect(made.files.map((path: string) => join(folder, "home", path)).toSorted()).toEqual(
    written().toSorted(),
  );
});

test.each([
  ["pnpm/10.33.0 npm/? node/v24.0.0", "pnpm install", "pnpm run start"],
  ["yarn/4.5.0 npm/? node/v24.0.0", "yarn install", "yarn run start"],
  ["bun/1.2.0 npm/? node/v24.0.0", "bun install", "bun run start"],
  ["npm/11.0.0 node/v24.0.0", "npm install", "npm start"],
  ["cnpm", "npm install", "npm start"],
])("who comes with %s is told %s", async (agent, install, start) => {
  vi.stubEnv("npm_config_user_agent", agent);
  const { output } = await init(["home"]);
  expect(output).toContain(`  ${install}\n  ${start}`);
  const readme = readFileSync("home/README.md", "utf8");
  expect(readme).toContain(`${install}\n${start}\n`);
  if (!install.startsWith("npm")) expect(readme.replace(/npm create.*/g, "")).not.toMatch(/\b(npm|npx) /);
});

test("what npm is told is said in another's words, and twice is like once", () => {
  const pnpm = detectInstaller("pnpm/10");
  const said = inWordsOf(pnpm, "`npm test`, `npm run check`; npx ts-grain ls; npm create ts-grain x");
  expect(said).toBe("`pnpm run test`, `pnpm run check`; pnpm exec ts-grain ls; npm create ts-grain x");
  expect(inWordsOf(pnpm, said)).toBe(said);
});

test("whatever a folder is called, the project's name is one that npm takes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(packageNameFrom(text)).toMatch(/^[a-z0-9]+(-+[a-z0-9]+)*$/);
      expect(packageNameFrom(text).length).toBeLessThanOrEqual(60);
    }),
  );
});

describe.each(names)("the template %s", (name) => {
  const files = readTemplate(name);
  const manifest = JSON.parse(files.get("package.json")!);
  const versions: Record<string, string> = { ...manifest.dependencies, ...manifest.devDependencies };

  test("has the versions that this repository is tested with", () => {
    const own = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const locked = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
    for (const [dependency, version] of Object.entries(versions)) {
      const path = locked[`node_modules/${dependency}`];
      const expected = path.link ? locked[path.resolved].version : path.version;
      expect([dependency, version]).toEqual([dependency, expected]);
    }
    expect(manifest.engines.node).toBe(own.engines.node);
    expect(Object.keys(versions)).toContain("@ts-grain/cli");
  });

  test("depends on what its files import", () => {
    const imported = [...files.values()].flatMap((text) =>
      [...text.matchAll(/from "(@[\w-]+\/[\w-]+|\w[\w-]*)[^"]*"/g)].map(([, module]) => module!),
    );
    expect(imported).toContain("@ts-grain/cluster");
    for (const module of imported) expect(["node", ...Object.keys(versions)]).toContain(module);
  });

  test("has a README that names each of its scripts and no others", () => {
    const readme = files.get("README.md")!;
    const named = [...readme.matchAll(/`npm (?:run )?(start|test|generate|check|client)`/g)].map(
      ([, script]) => script!,
    );
    expect(new Set(named)).toEqual(new Set(Object.keys(manifest.scripts)));
  });
});

test("templates differ in their dependencies and scripts alone", () => {
  const [minimal, consul] = names.map((name) => JSON.parse(readTemplate(name).get("package.json")!));
  delete consul.dependencies["@ts-grain/cluster-consul"];
  delete consul.scripts.client;
  expect(consul).toEqual(minimal);
});
