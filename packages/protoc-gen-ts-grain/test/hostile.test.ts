import { create, protoInt64 } from "@bufbuild/protobuf";
import {
  CodeGeneratorRequestSchema,
  Edition,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { ts } from "ts-morph";
import { expect, test } from "vitest";
import { createPlugin } from "../src/plugin.ts";
import { generate, respond } from "./harness.ts";

interface Rpc {
  readonly name: string;
  readonly message: string;
  readonly comment: string;
}

interface Description {
  readonly comment: string;
  readonly messages: readonly string[];
  readonly services: readonly {
    readonly name: string;
    readonly comment: string;
    readonly rpcs: readonly Rpc[];
  }[];
}

/** A descriptor as no compiler need have made it. */
function describeFile(name: string, { comment, messages, services }: Description): FileDescriptorProto {
  const location = [
    { path: [12], span: [0, 0, 0], leadingComments: comment, leadingDetachedComments: [comment] },
    { path: [2], span: [1, 0, 0], leadingComments: comment },
    ...services.flatMap((service, position) => [
      { path: [6, position], span: [2, 0, 0], leadingComments: service.comment, trailingComments: comment },
      ...service.rpcs.map((rpc, index) => ({
        path: [6, position, 2, index],
        span: [3, 0, 0],
        leadingComments: rpc.comment,
      })),
    ]),
  ];
  return create(FileDescriptorProtoSchema, {
    name,
    package: "p",
    syntax: "proto3",
    messageType: messages.map((message) => ({ name: message })),
    service: services.map((service) => ({
      name: service.name,
      method: service.rpcs.map((rpc) => ({
        name: rpc.name,
        inputType: `.p.${rpc.message}`,
        outputType: `.p.${rpc.message}`,
      })),
    })),
    sourceCodeInfo: { location },
  });
}

const words =
  "A B S a then Then new constructor toString __proto__ await eval Promise Kind GrainKind SGrain caller x_y X_y _ __ hasOwnProperty any".split(
    " ",
  );
const name = fc.oneof(fc.constantFrom(...words), fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/));
const hostileText = fc.constantFrom(
  "*/",
  "/*",
  "//",
  "`",
  "${",
  "}",
  "\n",
  "\r\n",
  "\r",
  "\u2028",
  "\u2029",
  "@ts-nocheck",
  "@ts-ignore",
  "/ <reference types='x'/>",
  "# sourceMappingURL=x",
  "\0",
  " globalThis.pwned = 1; ",
  "*",
  "\\",
  "'",
  '"',
  "</script>",
);
const comment = fc
  .array(
    fc.oneof(
      hostileText,
      fc.string({ unit: "binary", maxLength: 5 }).map((text) => text.toWellFormed()),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));
const distinct = {
  minLength: 1,
  maxLength: 3,
  comparator: (a: string, b: string) => a.toLowerCase() === b.toLowerCase(),
};
const description: fc.Arbitrary<Description> = fc.uniqueArray(name, distinct).chain((messages) =>
  fc.record({
    comment,
    messages: fc.constant(messages),
    services: fc.array(
      fc.record({
        // Messages and services share one namespace.
        name: name.filter((service) => !messages.includes(service)),
        comment,
        rpcs: fc.array(fc.record({ name, message: fc.constantFrom(...messages), comment }), { maxLength: 4 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
);

/** The statements of a file, each as one word; a file that does not parse fails the test. */
function outline(code: string): string[] {
  const file = ts.createSourceFile("a_grain.ts", code, ts.ScriptTarget.Latest, true);
  const parsed = file as typeof file & {
    readonly parseDiagnostics: readonly unknown[];
    readonly checkJsDirective?: unknown;
  };
  expect(parsed.parseDiagnostics).toEqual([]);
  expect([...file.referencedFiles, ...file.typeReferenceDirectives, ...file.libReferenceDirectives]).toEqual(
    [],
  );
  expect(parsed.checkJsDirective).toBeUndefined();
  return file.statements
    .filter((statement) => !ts.isImportDeclaration(statement))
    .map(
      (statement) =>
        `${ts.getCombinedModifierFlags(statement as never) === 0 ? "" : "export "}${ts.SyntaxKind[statement.kind]}`,
    );
}

test("whatever names and comments a descriptor has, the file parses and holds nothing but what is printed for a service", () => {
  let printed = 0;
  fc.assert(
    fc.property(description, (described) => {
      const set = create(FileDescriptorSetSchema, { file: [describeFile("a.proto", described)] });
      const { error, file } = respond(createPlugin(), { set });
      if (error) {
        // Only for reasons that docs/plugin.md knows.
        for (const line of error.split("\n"))
          expect(line).toMatch(/^a\.proto:\d+:\d+: .+ Rename (?:it|one of them)\.$/);
        return;
      }
      printed += 1;
      const perService = [
        "export InterfaceDeclaration",
        "export ClassDeclaration",
        "export InterfaceDeclaration",
        "FirstStatement",
        "export FunctionDeclaration",
        "export FunctionDeclaration",
      ];
      const { grain, codec, ...others } = Object.fromEntries(
        file.map(({ name: path, content }) => [path.replace(/^a_(\w+)\.ts$/, "$1"), content]),
      );
      expect(others).toEqual({});
      expect(outline(grain ?? "")).toEqual(described.services.flatMap(() => perService));
      for (const statement of outline(codec ?? ""))
        expect(["export FirstStatement", "FunctionDeclaration"]).toContain(statement);
    }),
    { numRuns: 150 },
  );
  // Else the property would say nothing.
  expect(printed).toBeGreaterThan(30);
});

const plain: Description = {
  comment: "",
  messages: ["M"],
  services: [{ name: "S", comment: "", rpcs: [{ name: "Do", message: "M", comment: "" }] }],
};

test.each([
  ["../../x.proto", 'it has a part "." or ".."'],
  ["a/../../x.proto", 'it has a part "." or ".."'],
  ["./x.proto", 'it has a part "." or ".."'],
  ["/etc/x.proto", "it is absolute or has an empty part"],
  ["a//x.proto", "it is absolute or has an empty part"],
  [".proto", "it is absolute or has an empty part"],
  ["C:\\x.proto", "it has a character that Windows refuses"],
  ["a\\..\\x.proto", "it has a character that Windows refuses"],
  ["~/.x.proto", 'it begins with "~"'],
  ["a\0b.proto", "it has a control character"],
  ["a\nb.proto", "it has a control character"],
  ["a\u2028b.proto", "it has a control character"],
  ["a\u202Eb.proto", "it has a control character"],
  ["a./x.proto", "a part of it ends with a dot or a space"],
  ["x .proto", "a part of it ends with a dot or a space"],
  [`${"x".repeat(300)}.proto`, "a part of it is longer than 255 bytes once generated"],
])("the file name %j is refused", (path, reason) => {
  const set = create(FileDescriptorSetSchema, { file: [describeFile(path, plain)] });
  const { error, file } = respond(createPlugin(), { set });
  expect(error).toBe(`${JSON.stringify(path)}: ${reason}. Rename the file.`);
  expect(file).toEqual([]);
});

test.each(["$(id).proto", "a b/c.proto", "ä.proto", "x'y.proto", "`x`.proto", "{x}.proto"])(
  "the file name %j is printed as it is",
  (path) => {
    const set = create(FileDescriptorSetSchema, { file: [describeFile(path, plain)] });
    const [[written, content] = ["", ""], codecs] = Object.entries(generate(createPlugin(), { set }));
    expect(written).toBe(path.replace(/\.proto$/, "_grain.ts"));
    expect(codecs?.[0]).toBe(path.replace(/\.proto$/, "_codec.ts"));
    expect(outline(content)).toHaveLength(6);
  },
);

test.each(["a\n*/ globalThis.pwned = 1; /*", "a b", "a..b", "1a", "a.`"])(
  "the package %j is refused",
  (name) => {
    const described = describeFile("a.proto", plain);
    described.package = name;
    for (const { method } of described.service)
      for (const rpc of method) rpc.inputType = rpc.outputType = `.${name}.M`;
    const { error } = respond(createPlugin(), {
      set: create(FileDescriptorSetSchema, { file: [described] }),
    });
    expect(error).toBe(`a.proto: the package ${JSON.stringify(name)} is no dotted name. Rename it.`);
  },
);

test("the package of an imported file never becomes code, not even in a comment", () => {
  for (const end of ["\n", "\r", "\u2028", "\u2029"]) {
    const evil = `p${end}globalThis.pwned = 1;//`;
    const imported = describeFile("b.proto", { comment: "", messages: ["Left"], services: [] });
    imported.package = evil;
    // Left to protobuf-es, and so named in a comment.
    imported.messageType[0]?.field.push(
      create(FieldDescriptorProtoSchema, {
        name: "group",
        number: 1,
        type: FieldDescriptorProto_Type.GROUP,
        label: FieldDescriptorProto_Label.OPTIONAL,
        typeName: `.${evil}.Left`,
      }),
    );
    const described = describeFile("a.proto", plain);
    described.dependency.push("b.proto");
    for (const { method } of described.service)
      for (const rpc of method) rpc.inputType = rpc.outputType = `.${evil}.Left`;
    const set = create(FileDescriptorSetSchema, { file: [imported, described] });
    const { "a_codec.ts": codecs = "" } = generate(createPlugin(), { set });
    expect(codecs).toContain("globalThis.pwned = 1;//.Left: ");
    expect(outline(codecs)).toEqual([]);
  }
});

test("names that begin with a digit are refused", () => {
  const described = describeFile("a.proto", {
    comment: "",
    messages: ["1M"],
    services: [{ name: "1S", comment: "", rpcs: [{ name: "1Do", message: "1M", comment: "" }] }],
  });
  const { error } = respond(createPlugin(), { set: create(FileDescriptorSetSchema, { file: [described] }) });
  expect(error.split("\n")).toEqual([
    "a.proto:3:1: service p.1S has a name that TypeScript cannot use. Rename it.",
    "a.proto:4:1: rpc p.1S.1Do has a name that TypeScript cannot use. Rename it.",
    "a.proto:4:1: rpc p.1S.1Do uses message p.1M, a name that TypeScript cannot use. Rename it.",
    "a.proto:4:1: rpc p.1S.1Do uses message p.1M, a name that TypeScript cannot use. Rename it.",
  ]);
});

test.each(["Do() {} evil", "Do\n", "", "Dö"])(
  "the rpc name %j, which is no identifier, fails the run",
  (name) => {
    const described = describeFile("a.proto", {
      ...plain,
      services: [{ name: "S", comment: "", rpcs: [{ name, message: "M", comment: "" }] }],
    });
    expect(() =>
      respond(createPlugin(), { set: create(FileDescriptorSetSchema, { file: [described] }) }),
    ).toThrow(`a.proto: invalid method name ${JSON.stringify(name)}`);
  },
);

test("without positions from the compiler an error names the file", () => {
  const described = describeFile("a.proto", {
    ...plain,
    services: [{ name: "eval", comment: "", rpcs: [] }],
  });
  described.sourceCodeInfo = undefined;
  const { error } = respond(createPlugin(), { set: create(FileDescriptorSetSchema, { file: [described] }) });
  expect(error).toBe("a.proto: service p.eval has a name that TypeScript cannot use. Rename it.");
});

test("a refusal says that optional fields and editions are supported, or older compilers would say that they are not", () => {
  const response = createPlugin().run(create(CodeGeneratorRequestSchema));
  expect(response).toMatchObject({
    error: "The request names no file to generate. Give the compiler at least one.",
    supportedFeatures: protoInt64.parse(3),
    minimumEdition: Edition.EDITION_PROTO2,
  });
});

test("files in another order give the same files", () => {
  const others = ["a", "b"].map((folder) => describeFile(`${folder}/x.proto`, { ...plain, messages: ["M"] }));
  for (const [position, other] of others.entries()) {
    other.package = `p${position}`;
    for (const { method } of other.service)
      for (const rpc of method) rpc.inputType = rpc.outputType = `.p${position}.M`;
  }
  const run = (file: readonly FileDescriptorProto[]) =>
    generate(createPlugin(), { set: create(FileDescriptorSetSchema, { file: [...file] }) });
  expect(run(others)).toEqual(run(others.toReversed()));
});

test("a megabyte of comment is carried over", () => {
  const described = describeFile("a.proto", { ...plain, comment: "*/ evil\n".repeat(120_000) });
  const [content = ""] = Object.values(
    generate(createPlugin(), { set: create(FileDescriptorSetSchema, { file: [described] }) }),
  );
  expect(outline(content)).toHaveLength(6);
});
