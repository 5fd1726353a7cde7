import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { createPlugin } from "../src/plugin.ts";
import type { DescriptorCase, Printed, Refused } from "./descriptors/descriptor-case.ts";
import { languageCases } from "./descriptors/languages.ts";
import { nameCases } from "./descriptors/names.ts";
import { serviceCases } from "./descriptors/services.ts";
import { compile, generate, respond, writeFiles } from "./harness.ts";
import { protocGenEs } from "./protoc-gen-es.ts";
import { cacheFolder, typeCheck } from "./type-check.ts";

const cases = [...languageCases, ...serviceCases, ...nameCases];
const printed = cases.filter((row): row is DescriptorCase & { outcome: Printed } => "prints" in row.outcome);
const refused = cases.filter((row): row is DescriptorCase & { outcome: Refused } => "refused" in row.outcome);

// All cases are compiled at once, and type-checked at once: each start of a compiler costs more than a case.
const set = compile(Object.assign({}, ...cases.map(({ files }) => files)));
const folder = cacheFolder("descriptors");
let complaints: readonly string[] = [];

function run({ files, outcome }: DescriptorCase & { outcome: Printed }): {
  code: Record<string, string>;
  warnings: string[];
} {
  const warnings: string[] = [];
  const parameter = ["target=ts,import_extension=js", ...(outcome.parameter ? [outcome.parameter] : [])].join(
    ",",
  );
  const plugin = createPlugin({ warn: (message) => warnings.push(message) });
  return { code: generate(plugin, { set, files: Object.keys(files), parameter }), warnings };
}

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const row of printed) {
    const messages = generate(protocGenEs, {
      set,
      files: Object.keys(row.files),
      parameter: "target=ts,import_extension=js,erasable_syntax=true",
    });
    const usage = row.outcome.usage;
    const place = dirname(Object.keys(row.files)[0] ?? "");
    writeFiles(folder, { ...messages, ...run(row).code, ...(usage ? { [`${place}/usage.ts`]: usage } : {}) });
  }
  // Usages are short.
  complaints = typeCheck(folder, { isolatedDeclarations: false, declaration: false });
}, 60_000);

describe("code is printed for", () => {
  test.each(printed)("$name", (row) => {
    const { code, warnings } = run(row);
    const paths =
      row.outcome.paths ?? Object.keys(row.files).map((path) => path.replace(/\.proto$/, "_grain.ts"));
    const folders = new Set(Object.keys(row.files).map((path) => path.split("/")[0]));
    const all = Object.values(code).join("\n");

    const grains = Object.keys(code).filter((path) => path.endsWith("_grain.ts"));
    expect(grains.sort()).toEqual([...paths].sort());
    for (const text of row.outcome.prints) expect(all).toContain(text);
    expect(warnings).toEqual(row.outcome.warnings ?? []);
    expect(complaints.filter((line) => folders.has(line.split("/")[0] ?? ""))).toEqual([]);
  });
});

describe("an error names what is wrong in", () => {
  test.each(refused)("$name", ({ files, outcome }) => {
    const { error, file } = respond(createPlugin(), { set, files: Object.keys(files) });
    expect(error.split("\n")).toEqual(outcome.refused);
    expect(file).toEqual([]);
  });
});

test("the type checker complains of nothing but cases and the runtime's own sources", () => {
  const folders = new Set([
    "..",
    ...cases.flatMap(({ files }) => Object.keys(files).map((path) => path.split("/")[0])),
  ]);
  expect(complaints.filter((line) => !folders.has(line.split("/")[0] ?? ""))).toEqual([]);
});

test("docs/plugin.md lists every case", () => {
  const table = readFileSync(new URL("../../../docs/plugin.md", import.meta.url), "utf8");
  const listed = [...table.matchAll(/^\| (.+?) \| (?:code|error) \|$/gm)].map(([, name]) => name);
  expect(listed).toEqual(cases.map(({ name }) => name));
});
