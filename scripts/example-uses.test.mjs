import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ts } from "ts-morph";
import { afterAll, expect, test } from "vitest";
import { readUses } from "./example-uses.mjs";

const folder = mkdtempSync(join(tmpdir(), "example-uses-"));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name, text) {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const library = write(
  "library.ts",
  `
export interface Limits { readonly max: number }
export interface Unrelated { readonly max: number }
export type Color = "red" | "green";
export class Lamp {}
export function limit(limits: Limits): void {}
export declare const lamps: readonly Lamp[];
export declare function paint(pick: () => Color): void;
`,
);
const from = 'from "./library.ts";\n';
const literal = write("literal.ts", `import { limit } ${from}limit({ max: 1 });`);
const callback = write("callback.ts", `import { paint } ${from}paint(() => "red");`);
const elements = write("elements.ts", `import { lamps } ${from}for (const each of lamps) each;`);
const idle = write("idle.ts", `import { type Limits, limit } ${from}const a: Limits = { max: 1 };`);

// One compilation for all, as it takes a second.
const { uses, unusedImports } = readUses({
  files: [literal, callback, elements, idle],
  entries: [library],
  options: { strict: true, module: ts.ModuleKind.NodeNext, allowImportingTsExtensions: true, noEmit: true },
});
const names = ["Limits", "Unrelated", "Color", "Lamp", "limit", "lamps", "paint"];
const usesOf = (file) => names.filter((name) => uses(file, library, name));

test("an example uses what it names, and what the values in it are", () => {
  expect(usesOf(literal)).toEqual(["Limits", "limit"]);
  expect(usesOf(callback)).toEqual(["Color", "paint"]);
  expect(usesOf(elements)).toEqual(["Lamp", "lamps"]);
});

test("an import alone is no use", () => {
  expect(usesOf(idle)).toEqual(["Limits"]);
  expect(unusedImports(idle)).toEqual(["limit"]);
  expect(unusedImports(literal)).toEqual([]);
});
