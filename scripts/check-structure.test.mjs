import { expect, test } from "vitest";
import { findSurfaceProblems } from "./public-surface.mjs";
import { importsOf, parse } from "./source-file.mjs";
import {
  checkLayers,
  checkLength,
  checkModuleState,
  checkName,
  checkParameters,
  checkPortable,
  checkPorts,
} from "./structure-rules.mjs";

function source(path, text) {
  const [, pkg, inside] = /^packages\/([^/]+)\/src\/(.+)$/.exec(path);
  return { path, pkg, inside, file: parse(path, text) };
}

test("every way to name a module is found, and text that only looks like one is not", () => {
  const text = `
    import a from "./a.ts"; import type { B } from "./b.ts"; import "./c.ts";
    export { d } from "./d.ts"; export * from "./e.ts"; export type { F } from "./f.ts";
    const g = await import("./g.ts"); type H = import("./h.ts").H;
    import {
      type I, // import "./no1.ts"
    } from "./i.ts";
    /* import "./no2.ts" */ const s = 'import "./no3.ts"'; const t = \`import "./no4.ts"\`;
  `;
  const found = importsOf(parse("x.ts", text)).map(({ specifier }) => specifier);
  expect(found).toEqual(["a", "b", "c", "d", "e", "f", "g", "h", "i"].map((name) => `./${name}.ts`));
});

test("a file that does not parse is an error", () => {
  expect(() => parse("x.ts", "const = ;")).toThrow(/^x\.ts: /);
});

test("an import of a higher layer is a problem, also when it is type-only", () => {
  const up = source("packages/actor/src/mailbox/mailbox.ts", `import type { X } from "../actor-cell/x.ts";`);
  expect(checkLayers(up)).toEqual([
    "packages/actor/src/mailbox/mailbox.ts:1: imports actor-cell/x.ts, which is on a higher layer",
  ]);
});

test("imports of the same and of lower layers are fine", () => {
  const text = `import { A } from "./a.ts"; import { PID } from "../pid/pid.ts"; import x from "@ts-grain/actor";`;
  expect(checkLayers(source("packages/actor/src/mailbox/mailbox.ts", text))).toEqual([]);
});

test("a file on no layer is a problem", () => {
  expect(checkLayers(source("packages/actor/src/elsewhere/a.ts", ""))).toHaveLength(1);
});

test.each(["utils.ts", "src/helpers/x.ts", "endpoint-manager.ts", "types.ts", "MailBox.ts", "a_b.ts"])(
  "%s is no name",
  (path) => {
    expect(checkName(path)).toHaveLength(1);
  },
);

test.each(["type-registry.ts", "mailbox.test.ts", "codegenv1/index.ts", "one-for-one.ts"])(
  "%s is a name",
  (path) => {
    expect(checkName(path)).toEqual([]);
  },
);

test.each([
  "Date.now()",
  "Math.random()",
  "const clock = performance.now",
  "setTimeout(f, 1)",
  "const later = setTimeout",
  "run({ setInterval })",
  "globalThis.setImmediate(f)",
  "new Date()",
  "AbortSignal.timeout(5)",
  "crypto.randomUUID()",
  `import { setTimeout as sleep } from "node:timers/promises"`,
])("%s takes time or chance directly", (text) => {
  expect(checkPorts(source("packages/actor/src/mailbox/x.ts", text))).not.toEqual([]);
});

test.each([
  "clock.setTimeout(f, 1)",
  "interface Clock { setTimeout(f: () => void): void }",
  "new Date(atMs)",
  "// Date.now()\n",
  `const text = "Math.random()"`,
])("%s does not", (text) => {
  expect(checkPorts(source("packages/actor/src/mailbox/x.ts", text))).toEqual([]);
});

test("the ports themselves may, and programs of tests across real processes", () => {
  expect(checkPorts(source("packages/actor/src/clock.ts", "Date.now()"))).toEqual([]);
  expect(checkPorts(source("packages/e2e/src/rig.ts", "Date.now()"))).toEqual([]);
});

test("only the actor package must do without Node", () => {
  const text = `import { join } from "node:path"; import fs from "fs";`;
  expect(checkPortable(source("packages/actor/src/pid/pid.ts", text))).toHaveLength(2);
  expect(checkPortable(source("packages/remote/src/wire/x.ts", text))).toEqual([]);
});

test("long files and long classes are problems", () => {
  const lines = (count) => "\n  a;".repeat(count);
  expect(
    checkLength(source("packages/actor/src/x.ts", `const a = 1;${"\n".repeat(350)}const b = 2;`)),
  ).toHaveLength(1);
  expect(checkLength(source("packages/actor/src/x.ts", `class A {${lines(200)}}`))).toHaveLength(1);
  expect(
    checkLength(source("packages/actor/src/x.ts", `class A {${lines(198)}\n  // why\n\n  b; }`)),
  ).toEqual([]);
});

test("a boolean parameter is a problem; one of a file's own function, a field or a callback type is not", () => {
  const text =
    "export function a(b: boolean) {} function g(holds: boolean) {} interface C { d: boolean; e: (f: boolean) => void }";
  expect(checkParameters(source("packages/actor/src/x.ts", text))).toEqual([
    "packages/actor/src/x.ts:1: boolean parameter b",
  ]);
});

test("a module-level variable is a problem, a constant is not", () => {
  const text = "let count = 0; const limit = 1; function f() { let i = 0; }";
  expect(checkModuleState(source("packages/actor/src/x.ts", text))).toHaveLength(1);
});

test("an entry file re-exports by name, and only what has a doc comment", () => {
  const entry = `export { told, untold } from "./a.ts"; export * from "./a.ts"; export const x = 1;`;
  const problems = findSurfaceProblems([
    source("packages/actor/src/index.ts", entry),
    source("packages/actor/src/a.ts", "/** What it is. */\nexport const told = 1;\nexport const untold = 2;"),
  ]);
  expect(problems).toEqual([
    "packages/actor/src/index.ts:1: untold has no doc comment in packages/actor/src/a.ts",
    "packages/actor/src/index.ts:1: re-export by name",
    "packages/actor/src/index.ts:1: an entry file only re-exports",
  ]);
});
