import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { planImplementations } from "./plan.ts";

const root = join(import.meta.dirname, "../../../..");
const generatedFolder = join(root, "examples/smart-bulb/src/gen");
const read = (name: string) => readFileSync(join(generatedFolder, name), "utf8");
const generated = new Map([["src/gen/smartbulb_grain.ts", read("smartbulb_grain.ts")]]);

function plan(files: Record<string, string>) {
  return planImplementations(new Map([...generated, ...Object.entries(files)]), "src/grains");
}

/** The house is not what these tests are about. */
const house = {
  "src/house.ts": "class House extends SmartHouseKind { installBulb() {} turnAllOn() {} listLit() {} }",
};
const bulbOf = (files: Record<string, string>) => plan({ ...house, ...files }).changes[0]?.after ?? "";

test("a kind without a class gets a file with a stub for each rpc that fails loudly", () => {
  const { changes, remarks, kinds } = plan({});
  expect([remarks, kinds]).toEqual([[], 2]);
  expect(changes.map(({ path }) => path)).toEqual(["src/grains/smart-bulb.ts", "src/grains/smart-house.ts"]);
  expect(changes[0]?.after).toBe(`import { GrainError } from "@ts-grain/cluster";
import { SmartBulbKind } from "../gen/smartbulb_grain.ts";
import type { GetStateRequest, TurnOnRequest, TurnOffRequest } from "../gen/smartbulb_pb.ts";

export class SmartBulb extends SmartBulbKind {
  override getState(_request: GetStateRequest): never {
    throw new GrainError("UNIMPLEMENTED", "SmartBulb.getState is not implemented yet");
  }

  override turnOn(_request: TurnOnRequest): never {
    throw new GrainError("UNIMPLEMENTED", "SmartBulb.turnOn is not implemented yet");
  }

  override turnOff(_request: TurnOffRequest): never {
    throw new GrainError("UNIMPLEMENTED", "SmartBulb.turnOff is not implemented yet");
  }
}
`);
});

test("what was printed type-checks strictly, and nothing more is to do", () => {
  const cache = join(root, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "implement-"));
  try {
    const { changes } = plan({ "src/my-bulb.ts": ownBulb });
    for (const name of ["smartbulb_grain.ts", "smartbulb_codec.ts", "smartbulb_pb.ts"])
      write(join(folder, "src/gen", name), read(name));
    for (const { path, after } of changes) write(join(folder, path), after);
    const options = {
      strict: true,
      noImplicitOverride: true,
      noUnusedLocals: true,
      noUnusedParameters: true,
      module: "nodenext",
      target: "es2024",
      noEmit: true,
      allowImportingTsExtensions: true,
      types: ["node"],
      erasableSyntaxOnly: true,
      skipLibCheck: true,
    };
    write(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["src"] }));
    const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
    const { stdout } = spawnSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" });
    expect(stdout).toBe("");
    const again = plan(Object.fromEntries(changes.map(({ path, after }) => [path, after])));
    expect([again.changes, again.remarks]).toEqual([[], []]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const ownBulb = `import { SmartBulbKind } from "./gen/smartbulb_grain.ts";
import type { GetStateRequest } from "./gen/smartbulb_pb.js";

// Mine.
export class Bulb extends SmartBulbKind {
\t#isOn   = false; /* as I like it */

\toverride getState(_request: GetStateRequest) {
\t\treturn {isOn: this.#isOn}
\t}
}

export const unrelated = { }
`;

test("a class gets the rpcs that it lacks, in its own indentation, and keeps the rest to the letter", () => {
  const after = bulbOf({ "src/my-bulb.ts": ownBulb });
  expect(after).toContain(
    'import type { GetStateRequest, TurnOnRequest, TurnOffRequest } from "./gen/smartbulb_pb.js";',
  );
  expect(after).toContain('import { GrainError } from "@ts-grain/cluster";');
  expect(after).toContain("\t#isOn   = false; /* as I like it */");
  expect(after).toContain(`\t\treturn {isOn: this.#isOn}
\t}

\toverride turnOn(_request: TurnOnRequest): never {
\t\tthrow new GrainError(`);
  expect(after).toMatch(/not implemented yet"\);\n\t\}\n\}\n\nexport const unrelated = \{ \}\n$/);
  expect(after).not.toContain("override getState(_request: GetStateRequest): never");
});

test.each([
  ["an empty class on one line", "class Bulb extends SmartBulbKind {}\n"],
  ["an empty class", "class Bulb extends SmartBulbKind {\n}\n"],
  [
    "a class with everything on one line",
    "class Bulb extends SmartBulbKind { #on = 1; getState() { return {} } }\n",
  ],
  ["a file without a last newline", "class Bulb extends SmartBulbKind {}"],
  ["windows line ends", "class Bulb extends SmartBulbKind {\r\n  #on = 1;\r\n}\r\n"],
])("%s gets its stubs and stays whole", (_what, text) => {
  const first = plan({ ...house, "src/bulb.ts": text });
  expect(first.remarks).toEqual([]);
  const after = first.changes[0]?.after ?? "";
  const again = plan({ ...house, "src/bulb.ts": after });
  expect([again.changes, again.remarks]).toEqual([[], []]);
  expect(after.match(/override turnOn/g)).toHaveLength(1);
});

test("methods that are fields, and two classes in one file, are understood", () => {
  const text = `class One extends SmartBulbKind { getState = () => ({}); turnOn = () => ({}); turnOff = () => ({}); }
class Two extends SmartBulbKind {
  getState() { return {}; }
}
abstract class Half extends SmartBulbKind {}
class Other extends Half {}
class Three extends SmartBulbKind {
  turnOn() { return {}; }
}
`;
  const after = bulbOf({ "src/bulbs.ts": text });
  const [first = "", ...rest] = after.split(/^(?=.*class )/m).filter((text) => text.includes("class "));
  const stubs = [first, ...rest].map((text) => text.match(/override \w+/g)?.map((stub) => stub.slice(9)));
  expect(stubs).toEqual([
    undefined,
    ["turnOn", "turnOff"],
    undefined,
    ["getState", "turnOn", "turnOff"],
    ["getState", "turnOff"],
  ]);
  expect(plan({ ...house, "src/bulbs.ts": after }).changes).toEqual([]);
});

test.each([
  [
    "under another name",
    'import { SmartBulbKind as Base } from "./gen/smartbulb_grain.ts";\nclass B extends Base {}\n',
  ],
  [
    "from a namespace",
    'import * as gen from "./gen/smartbulb_grain.ts";\nclass B extends gen.SmartBulbKind {}\n',
  ],
  ["through a mixin", "class B extends logged(SmartBulbKind) {}\n"],
  ["as an expression", "export const B = class extends SmartBulbKind {};\n"],
  ["inside a function", "function kind() {\n  class B extends SmartBulbKind {}\n  return new B();\n}\n"],
])("a class that extends the kind %s is the one that gets the stubs", (_how, text) => {
  const { changes, remarks } = plan({ ...house, "src/bulb.ts": text });
  expect([changes.map(({ path }) => path), remarks]).toEqual([["src/bulb.ts"], []]);
  const after = changes[0]!.after;
  expect(after.match(/override (getState|turnOn|turnOff)\(/g)).toHaveLength(3);
  expect(plan({ ...house, "src/bulb.ts": after }).changes).toEqual([]);
});

test("stubs are indented as what is around them", () => {
  const nested = "function kind() {\n\treturn class extends SmartBulbKind {\n\t\t#isOn = true;\n\t};\n}\n";
  expect(bulbOf({ "src/bulb.ts": nested })).toContain(
    "\n\t\toverride turnOff(_request: TurnOffRequest): never {\n\t\t\tthrow ",
  );
  const empty = "function kind() {\n  return class extends SmartBulbKind {};\n}\n";
  expect(bulbOf({ "src/bulb.ts": empty })).toMatch(
    /\n {4}override turnOff.*\n {6}throw .*\n {4}\}\n {2}\};\n\}\n$/,
  );
});

test("what a class inherits from a class of the project is there", () => {
  const files = {
    "src/lamp.ts": "export abstract class Lamp extends SmartBulbKind {\n  getState() { return {}; }\n}\n",
    "src/bulb.ts":
      'import { Lamp as L } from "./lamp.ts";\nclass Bulb extends L {\n  turnOn() { return {}; }\n}\n',
  };
  const { changes, remarks } = plan({ ...house, ...files });
  expect([changes.map(({ path }) => path), remarks]).toEqual([["src/bulb.ts"], []]);
  expect(changes[0]!.after.match(/override \w+/g)).toEqual(["override turnOff"]);
});

test("a class that implements the interface gets stubs that override nothing", () => {
  const { changes } = plan({
    ...house,
    "src/bulb.ts": "class Bulb implements SmartBulbGrain {\n  getState() {}\n}\n",
  });
  expect(changes.map(({ path }) => path)).toEqual(["src/bulb.ts"]);
  expect(changes[0]!.after).toMatch(/\n {2}turnOn\(_request: TurnOnRequest\): never/);
  expect(changes[0]!.after).not.toContain("override");
});

test("an object that a factory returns is left to people, and no class is made beside it", () => {
  const object = (body: string) =>
    plan({ ...house, "src/bulb.ts": `const kind = newSmartBulbKind(() => ${body});\n` });
  expect(object("({ getState() {}, turnOn: on, turnOff })")).toMatchObject({ changes: [], remarks: [] });
  expect(object("({ ...others })")).toMatchObject({ changes: [], remarks: [] });
  expect(object("{ return { getState() {} }; }").remarks).toEqual([
    "src/bulb.ts:1: this SmartBulb is an object, and lacks turnOn, turnOff; add it there",
  ]);
  expect(object("new Bulb()").changes.map(({ path }) => path)).toEqual(["src/grains/smart-bulb.ts"]);
});

test("what only people can do is said with its place", () => {
  const text = `class Bulb extends SmartBulbKind {
  getState() {} turnOn() {} turnOff() {}
  override dim() {}
  override onActivate() {}
  #own() {}
}`;
  const { changes, remarks } = plan({ ...house, "src/bulb.ts": text });
  expect(changes).toEqual([]);
  expect(remarks).toEqual(["src/bulb.ts:3: SmartBulb has no rpc for dim; remove it or rename it"]);
});

test("a file that cannot be parsed is left alone, and so is one in the way", () => {
  const broken = plan({ ...house, "src/bulb.ts": "class Bulb extends SmartBulbKind {{\n" });
  expect(broken.remarks[0]).toBe("src/bulb.ts: cannot be parsed, and is left alone");
  const inTheWay = plan({ ...house, "src/grains/smart-bulb.ts": "export const mine = 1;\n" });
  expect(inTheWay.changes).toEqual([]);
  expect(inTheWay.remarks).toEqual([expect.stringContaining("no class in it extends SmartBulbKind")]);
});

test("whatever a class looks like, nothing of it is lost, the result parses, and a second run has nothing to do", () => {
  const member = fc.constantFrom(
    "  #on = false;",
    "\t// a comment with a } in it",
    "  getState() { return { isOn: `}` + /}/.source }; }",
    "    turnOn = async () => ({});",
    "  static make() { return new this(); }",
    "",
    "  override turnOff(_r: TurnOffRequest) {\n    return {};\n  }",
    "  /* } */ readonly text = '}';",
  );
  const imports = fc.subarray([
    'import type { TurnOnRequest } from "../gen/smartbulb_pb.ts";',
    "import { GrainError } from '@ts-grain/cluster';",
    'import * as fs from "node:fs";',
    'import type { GetStateRequest as Ask } from "../gen/smartbulb_pb";',
  ]);
  fc.assert(
    fc.property(imports, fc.uniqueArray(member, { maxLength: 6 }), (before, members) => {
      const text = `${[...before, "class Bulb extends SmartBulbKind {", ...members, "}"].join("\n")}\n`;
      const after = bulbOf({ "src/grains/x.ts": text }) || text;
      for (const line of members.flatMap((each) => each.split("\n")))
        expect(after.split("\n")).toContain(line);
      const again = plan({ ...house, "src/grains/x.ts": after });
      expect([again.changes, again.remarks]).toEqual([[], []]);
      for (const rpc of ["getState", "turnOn", "turnOff"])
        expect(after.match(new RegExp(`^\\s*(override )?${rpc}( =|\\()`, "gm"))).toHaveLength(1);
    }),
  );
});

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
