// docs/errors.md and the code unions in the sources say the same, both ways.
import { globSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { ts } from "ts-morph";
import { expect, test } from "vitest";
import { nodesOf, parse } from "../scripts/source-file.mjs";

const root = dirname(import.meta.dirname);
const classes = [
  "ActorError",
  "RemoteError",
  "ClusterError",
  "GrainError",
  "PersistenceError",
  "TestkitError",
  "PluginError",
];

/** The string members of `type <class>Code` or `type <class>Reason`, by class. */
function codesInSource() {
  const found = new Map();
  for (const path of globSync(`${root}/packages/*/src/**/*-error.ts`)) {
    for (const node of nodesOf(parse(path, readFileSync(path, "utf8")))) {
      const name = ts.isTypeAliasDeclaration(node) && /^(\w+Error)(Code|Reason)$/.exec(node.name.text)?.[1];
      if (name) found.set(name, literalsOf(node.type));
    }
  }
  return found;
}

function literalsOf(type) {
  const members = ts.isUnionTypeNode(type) ? type.types : [type];
  return members.filter((member) => ts.isLiteralTypeNode(member)).map((member) => member.literal.text);
}

/** The first cells, in backquotes, of the table under each `## <class>`. */
function codesInDocument() {
  const sections = readFileSync(`${root}/docs/errors.md`, "utf8").split(/^## /m).slice(1);
  return new Map(
    sections.map((section) => [
      section.split("\n")[0],
      [...section.matchAll(/^\| `([^`]+)` \| [^|]+ \| [^|]+ \|$/gm)].map(([, code]) => code),
    ]),
  );
}

test("every class has its codes in the sources and its section in the document", () => {
  expect(new Set(codesInSource().keys())).toEqual(new Set(classes));
  expect([...codesInDocument().keys()]).toEqual(classes);
});

test.each(classes)("%s: the document lists exactly the codes of the source, in its order", (name) => {
  expect(codesInSource().get(name)).not.toEqual([]);
  expect(codesInDocument().get(name)).toEqual(codesInSource().get(name));
});
