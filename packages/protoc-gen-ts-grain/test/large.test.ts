import { create, createFileRegistry } from "@bufbuild/protobuf";
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { createEcmaScriptPlugin } from "@bufbuild/protoplugin";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createPlugin } from "../src/plugin.ts";
import { withNameSlices } from "../src/print/name-slices.ts";
import { generate } from "./harness.ts";

/** A file with this many services, each with a comment, an rpc and a message of its own. */
function largeFile(services: number): FileDescriptorProto {
  const numbers = Array.from({ length: services }, (_, number) => number);
  return create(FileDescriptorProtoSchema, {
    name: "large.proto",
    package: "p",
    syntax: "proto3",
    messageType: numbers.map((number) => ({ name: `M${number}` })),
    service: numbers.map((number) => ({
      name: `S${number}`,
      method: [{ name: "Do", inputType: `.p.M${number}`, outputType: `.p.M${number}` }],
    })),
    sourceCodeInfo: {
      location: numbers.flatMap((number) => [
        { path: [6, number], span: [number, 0, 5], leadingComments: " A service.\n" },
        { path: [6, number, 2, 0], span: [number, 0, 5], leadingComments: " An rpc.\n" },
      ]),
    },
  });
}

test("ten thousand services in one file are printed within ten seconds of work", { timeout: 100_000 }, () => {
  const set = create(FileDescriptorSetSchema, { file: [largeFile(10_000)] });
  // Other processes may have the machine, so time on the clock says little.
  const before = process.cpuUsage();
  const code = generate(createPlugin(), { set })["large_grain.ts"] ?? "";
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6).toBeLessThan(10);
  expect(code.match(/^ {2}do\(request: M\d+, /gm)).toHaveLength(10_000);
  expect(code).toContain(
    "  /**\n   * An rpc.\n   *\n   * @generated from rpc p.S9999.Do (large.proto:10000)\n   */\n",
  );
});

/** Few names that collide in many ways, also with what protobuf-es derives from them. */
const name = fc.constantFrom(
  "A",
  "B",
  "A_B",
  "ASchema",
  "SchemaSchema",
  "A_BSchema",
  "Schema",
  "class",
  "file_a",
  "B_A",
);

interface Tree {
  readonly name: string;
  readonly kind: "message" | "enum";
  readonly children: readonly Tree[];
}

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record({
    name,
    kind: fc.constantFrom("message", "enum"),
    children: fc.oneof(
      { depthSize: "small" },
      fc.constant([]),
      fc.uniqueArray(tie("tree"), { maxLength: 3, selector: (child) => child.name }),
    ),
  }),
}));

function nested(trees: readonly Tree[]) {
  const message = trees.filter(({ kind }) => kind === "message");
  const enums = trees.filter(({ kind }) => kind === "enum");
  return {
    nestedType: message.map(({ name: own, children }): object => ({ name: own, ...nested(children) })),
    enumType: enums.map(({ name: own }) => ({ name: own, value: [{ name: "ZERO", number: 0 }] })),
  };
}

/** Names as protoplugin gives them to the types of a file, and as it gives them to their views. */
function namesOf(file: FileDescriptorProto): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  const plugin = createEcmaScriptPlugin({
    name: "names",
    version: "v0",
    generateTs: (schema) => {
      const f = schema.generateFile("names.ts");
      const sliced = withNameSlices(f);
      for (const desc of schema.files.flatMap((one) => [...schema.typesInFile(one)])) {
        const both = [f.importSchema(desc), sliced.importSchema(desc)] as const;
        pairs.push([both[0].id, both[1].id]);
        if (desc.kind === "message" || desc.kind === "enum")
          pairs.push([f.importShape(desc).id, sliced.importShape(desc).id]);
      }
    },
  });
  generate(plugin, { set: create(FileDescriptorSetSchema, { file: [file] }) });
  return pairs;
}

test("messages and services are imported under the names that protoc-gen-es gives them, whatever collides", () => {
  const types = fc.uniqueArray(tree, { minLength: 1, maxLength: 6, selector: (one) => one.name });
  fc.assert(
    fc.property(types, fc.uniqueArray(name, { maxLength: 3 }), (trees, services) => {
      const { nestedType, enumType } = nested(trees);
      const free = services.filter((service) => !trees.some((one) => one.name === service));
      const file = create(FileDescriptorProtoSchema, {
        name: "a.proto",
        package: "p",
        syntax: "proto3",
        messageType: nestedType,
        enumType,
        service: free.map((service) => ({ name: service })),
      });
      expect(
        createFileRegistry(create(FileDescriptorSetSchema, { file: [file] })).getFile("a.proto"),
      ).toBeDefined();
      const pairs = namesOf(file);
      expect(pairs.map(([, sliced]) => sliced)).toEqual(pairs.map(([whole]) => whole));
    }),
    { numRuns: 200 },
  );
});
