// Deliberate breaks, and the gate that must catch each: what `npm run breaks` tries in a clone.
// `edit` changes files of the clone through `write(path, text)` and `change(path, (text) => text)`; `gate` is the
// command that must then fail; `says` is what its output must contain, so that it fails for this reason.

import { remoteBreaks } from "./remote-breaks.mjs";

const lock = "package-lock.json";
const actorFile = "packages/actor/src/pid/broken.ts";
const remoteFile = "packages/remote/src/wire/broken.ts";

const biome = "biome check --error-on-warnings .";
const oxlint = "oxlint";
const boundaries = "node scripts/turbo.mjs boundaries";
const structure = "node scripts/check-structure.mjs";
const checkLock = "node scripts/check-lock.mjs";
const knip = "knip";
const generated = "npm run --silent generate:check";
const examples = "npm run --silent examples";
const pidFile = "packages/actor/src/pid/pid.ts";

/** @type {readonly { name: string, edit: (clone: { write: Function, change: Function, remove: Function }) => void, gate: string, says: RegExp }[]} */
export const breaks = [
  {
    name: "a lower package imports a higher one",
    edit: ({ write }) => write(actorFile, 'export { Remote } from "@ts-grain/remote";\n'),
    gate: boundaries,
    says: /@ts-grain\/remote/,
  },
  {
    name: "the same, for a type only",
    edit: ({ write }) => write(actorFile, 'export type { Remote } from "@ts-grain/remote";\n'),
    gate: boundaries,
    says: /@ts-grain\/remote/,
  },
  {
    name: "a package reaches into another's folder",
    edit: ({ write }) => write(remoteFile, 'export { PID } from "../../../actor/src/pid/pid.ts";\n'),
    gate: boundaries,
    says: /actor\/src\/pid\/pid\.ts/,
  },
  {
    name: "a lower folder imports a higher one",
    edit: ({ write }) => write(actorFile, 'export type { Mailbox } from "../mailbox/mailbox.ts";\n'),
    gate: structure,
    says: /broken\.ts:1: imports mailbox\/mailbox\.ts, which is on a higher layer/,
  },
  {
    name: "a folder that is on no layer",
    edit: ({ write }) => write("packages/actor/src/elsewhere/broken.ts", "export const a = 1;\n"),
    gate: structure,
    says: /on no rung/,
  },
  {
    name: "a file that nobody uses",
    edit: ({ write }) => write(actorFile, "export const unused = 1;\n"),
    gate: knip,
    says: /Unused files[\s\S]*broken\.ts/,
  },
  {
    name: "an import that the package does not declare",
    edit: ({ write }) => write(remoteFile, 'export { Project } from "ts-morph";\n'),
    gate: biome,
    says: /noUndeclaredDependencies/,
  },
  {
    name: "two files that import each other",
    edit: ({ write }) => {
      write(
        "packages/actor/src/pid/one.ts",
        'import { two } from "./two.ts";\n\nexport const one = () => two;\n',
      );
      write(
        "packages/actor/src/pid/two.ts",
        'import { one } from "./one.ts";\n\nexport const two = () => one;\n',
      );
    },
    gate: biome,
    says: /noImportCycles/,
  },
  {
    name: "a generated file edited by hand",
    edit: ({ change }) =>
      change("packages/remote/src/gen/actor/actor_pb.ts", (text) => `${text}\nexport const mine = 1;\n`),
    gate: generated,
    says: /actor_pb\.ts: was not what buf generates/,
  },
  {
    name: "a generated file that is not in git",
    edit: ({ write }) =>
      write("proto/actor/broken.proto", 'syntax = "proto3";\n\npackage actor;\n\nmessage Broken {}\n'),
    gate: generated,
    says: /broken_pb\.ts: differs from what git holds/,
  },
  {
    name: "a lock without one platform's package",
    edit: ({ change }) =>
      change(lock, (text) => {
        const parsed = JSON.parse(text);
        delete parsed.packages["node_modules/@biomejs/cli-darwin-arm64"];
        return JSON.stringify(parsed);
      }),
    gate: checkLock,
    says: /lacks its optional package @biomejs\/cli-darwin-arm64/,
  },
  {
    name: "a lock that names a host",
    edit: ({ change }) =>
      change(lock, (text) =>
        text.replace(
          '"node_modules/typescript": {',
          '"node_modules/typescript": { "resolved": "https://registry.example/t.tgz",',
        ),
      ),
    gate: checkLock,
    says: /names a host: https:\/\/registry\.example/,
  },
  {
    name: "a promise that nobody awaits",
    edit: ({ write }) =>
      write(
        actorFile,
        "async function later(): Promise<void> {}\n\nexport function now(): void {\n  later();\n}\n",
      ),
    gate: oxlint,
    says: /no-floating-promises/,
  },
  {
    name: "a file called utils",
    edit: ({ write }) => write("packages/actor/src/pid/utils.ts", "export const a = 1;\n"),
    gate: structure,
    says: /"utils" is no name/,
  },
  {
    name: "Date.now outside the ports",
    edit: ({ write }) => write(actorFile, "export const now = (): number => Date.now();\n"),
    gate: structure,
    says: /uses Date\.now/,
  },
  {
    name: "a timer outside the ports",
    edit: ({ write }) =>
      write(remoteFile, "export const later = (f: () => void): unknown => setTimeout(f, 1);\n"),
    gate: structure,
    says: /uses setTimeout/,
  },
  {
    name: "a Node module in the actor package",
    edit: ({ write }) => write(actorFile, 'export { join } from "node:path";\n'),
    gate: structure,
    says: /imports node:path, which only Node has/,
  },
  {
    name: "a file of more than 350 lines",
    edit: ({ write }) => write(actorFile, "export const a = 1;\n".repeat(351)),
    gate: structure,
    says: /351 lines/,
  },
  {
    name: "a module-level variable",
    edit: ({ write }) => write(actorFile, "let count = 0;\n\nexport const next = (): number => count++;\n"),
    gate: structure,
    says: /module-level variable/,
  },
  {
    name: "a boolean parameter",
    edit: ({ write }) => write(actorFile, "export function stop(graceful: boolean): void {}\n"),
    gate: structure,
    says: /boolean parameter graceful/,
  },
  {
    name: "a public export without a doc comment",
    edit: ({ write, change }) => {
      write(actorFile, "export const untold = 1;\n");
      change("packages/actor/src/index.ts", (text) => `${text}export { untold } from "./pid/broken.ts";\n`);
    },
    gate: structure,
    says: /untold has no doc comment/,
  },
  {
    name: "a public export without an example",
    edit: ({ change }) => change(pidFile, (text) => text.replace(" * @example\n", "")),
    gate: examples,
    says: /pid\.ts:\d+: PID has no example\. Write "@example"/,
  },
  {
    name: "an example that does not compile",
    edit: ({ change }) => change(pidFile, (text) => text.replace(" kitchen.equals(", " kitchen.equal(")),
    gate: examples,
    says: /pid\.ts:\d+: error TS2551/,
  },
  {
    name: "an example that prints something else than it says",
    edit: ({ change }) => change(pidFile, (text) => text.replace("prints: kitchen", "prints: hall")),
    gate: examples,
    says: /pid\.ts:\d+: the example prints \["kitchen false"\], and says \["hall false"\]/,
  },
  {
    name: "a type that points to an example without it",
    edit: ({ change }) =>
      change("packages/actor/src/supervision/restart-budget.ts", (text) =>
        text.replace("@see {@link oneForOne}", "@see {@link alwaysRestart}"),
      ),
    gate: examples,
    says: /RestartOptions points to alwaysRestart, and no example there uses it/,
  },
  {
    name: "a program in a document that does not compile",
    edit: ({ change }) =>
      change("packages/cluster-consul/README.md", (text) =>
        text.replace("new ConsulProvider()", "new ConsulProvider(1)"),
      ),
    gate: examples,
    says: /cluster-consul\/README\.md:\d+: error TS2559/,
  },
  {
    name: "a doc comment with a dead link",
    edit: ({ change }) =>
      change(pidFile, (text) => text.replace("* Names a process:", "* Names a {@link Proces}:")),
    gate: "npm run --silent docs",
    says: /Failed to resolve link to "Proces"/,
  },
  {
    name: "a document with a dead link",
    edit: ({ change }) =>
      change("docs/errors.md", (text) => `${text}\n[gone](guarantees.md#no-such-heading)\n`),
    gate: "vitest run --project repository docs/documents",
    says: /guarantees\.md#no-such-heading has no such anchor/,
  },
  {
    name: "any",
    edit: ({ write }) => write(actorFile, "export const a = (b: any): unknown => b;\n"),
    gate: biome,
    says: /noExplicitAny/,
  },
  {
    name: "a default export",
    edit: ({ write }) => write(actorFile, "export default class {}\n"),
    gate: biome,
    says: /noDefaultExport/,
  },
  {
    name: "a switch that forgets a case",
    edit: ({ write }) =>
      write(
        actorFile,
        'export function f(a: "x" | "y"): void {\n  switch (a) {\n    case "x":\n      break;\n  }\n}\n',
      ),
    gate: oxlint,
    says: /switch-exhaustiveness-check/,
  },
  {
    name: "a type error",
    edit: ({ write }) => write(actorFile, 'export const a: number = "b";\n'),
    gate: "tsc -b",
    says: /TS2322/,
  },
  {
    name: "an enum",
    edit: ({ write }) => write(actorFile, "export enum A {\n  b,\n}\n"),
    gate: "tsc -b",
    says: /TS1294/,
  },
  {
    name: "a message name that is not in Pascal case",
    edit: ({ write }) =>
      write(
        "proto/broken/v1/broken.proto",
        'syntax = "proto3";\n\npackage broken.v1;\n\nmessage broken {}\n',
      ),
    gate: "buf lint",
    says: /should be PascalCase/,
  },
  {
    name: "a proto file that is not formatted",
    edit: ({ change }) => change("proto/actor/actor.proto", (text) => text.replace(" {", "   {")),
    gate: "buf format --diff --exit-code",
    says: /actor\.proto/,
  },
  {
    name: "a field whose type changed",
    edit: ({ change }) =>
      change("proto/actor/actor.proto", (text) => text.replace(/uint32 request_id/, "string request_id")),
    gate: "npm run --silent breaking",
    says: /changed type/,
  },
  {
    name: "an error code that no document explains",
    edit: ({ change }) =>
      change("packages/remote/src/remote-error.ts", (text) =>
        text.replace('| "invalid_options"', '| "new_code" | "invalid_options"'),
      ),
    gate: "vitest run --project repository docs/errors",
    says: /new_code/,
  },
  {
    name: "a quickstart that does not print what it says",
    edit: ({ change }) =>
      change("README.md", (text) => text.replace("you are number 2\n", "you are number 3\n")),
    gate: "node scripts/turbo.mjs run build --output-logs=errors-only && vitest run --project repository docs/quickstarts",
    says: /you are number 3" was not printed/,
  },
  {
    name: "an entry of package.json that is not in the package",
    edit: ({ change }) =>
      change("packages/actor/package.json", (text) => text.replaceAll("./dist/testing/", "./dist/missing/")),
    gate: "npm run --silent lint:packages",
    says: /publint[\s\S]*dist\/missing/,
  },
  {
    name: "nothing left to check",
    edit: ({ remove }) => remove("packages/actor/src"),
    gate: structure,
    says: /packages\/actor: no source file was checked/,
  },
  ...remoteBreaks,
];
