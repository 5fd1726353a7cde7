import { type DescriptorCase, file } from "./descriptor-case.ts";

/** How services and files lie together, and what their comments and options say. */
export const serviceCases: readonly DescriptorCase[] = [
  {
    name: "several services in a file",
    files: file(
      "several/a.proto",
      "service One { rpc Do(M) returns (M); }\nservice Two { rpc Do(M) returns (M); }",
    ),
    outcome: { prints: ["export interface OneGrain ", "export interface TwoGrain ", "(One, {", "(Two, {"] },
  },
  {
    name: "several files of a package",
    files: {
      ...file("package/a.proto", "service A { rpc Do(M) returns (M); }"),
      "package/b.proto":
        'syntax = "proto3";\npackage package;\nimport "package/a.proto";\nservice B { rpc Do(M) returns (M); }\n',
    },
    outcome: { prints: ["AGrain", "BGrain", 'import type { M, MSchema } from "./a_pb.js";'] },
  },
  {
    name: "one service name in two packages",
    files: {
      ...file("same/a.proto", "service S {}"),
      "same/other/a.proto": 'syntax = "proto3";\npackage same.other;\nservice S {}\n',
    },
    outcome: { prints: ["service same.S\n", "service same.other.S\n"] },
  },
  {
    name: "a service without rpcs",
    files: file("hollow/a.proto", "service Hollow {}"),
    outcome: {
      prints: [
        "export interface HollowGrain extends GrainHooks {\n}",
        "export interface HollowGrainClient {\n}",
      ],
    },
  },
  {
    name: "a file without services",
    files: file("nothing/a.proto", "message N {}"),
    outcome: { prints: [], paths: [] },
  },
  {
    name: "file names with dots, dashes and spaces",
    files: file("odd/smart-bulb.v1 x.proto", "service S { rpc Do(M) returns (M); }"),
    outcome: { prints: ['"./smart-bulb.v1 x_pb.js"'], paths: ["odd/smart-bulb.v1 x_grain.ts"] },
  },
  {
    name: "deprecated rpc and service",
    files: file(
      "old/a.proto",
      "service S { option deprecated = true; rpc Do(M) returns (M); }\nservice T { rpc Do(M) returns (M) { option deprecated = true; } }",
    ),
    outcome: {
      prints: [
        " * @generated from service old.S\n * @deprecated\n */\nexport interface SGrain",
        " * @generated from service old.S\n * @deprecated\n */\nexport abstract class SKind",
        " * @generated from service old.S\n * @deprecated\n */\nexport function getSGrainClient",
        "   * @generated from rpc old.T.Do (old/a.proto:5)\n   * @deprecated\n   */",
      ],
    },
  },
  {
    name: "deprecated file",
    files: file("oldfile/a.proto", "option deprecated = true;\nservice S { rpc Do(M) returns (M); }"),
    outcome: {
      prints: [
        " * @deprecated\n */\nexport interface SGrain",
        " * @deprecated\n */\nexport function newSKind",
      ],
    },
  },
  {
    name: "comments: leading, trailing, CRLF, block",
    files: file(
      "comments/a.proto",
      "/* A block,\r\n   of two lines. */\r\nservice S {\r\n  // Leads.\r\n  rpc Do(M) returns (M); // Trails.\r\n}",
    ),
    outcome: {
      prints: [
        " * A block,\n",
        "   * Leads.\n   *\n   * Trails.\n   *\n   * @generated from rpc comments.S.Do (comments/a.proto:8)",
      ],
    },
  },
  {
    name: "comments that would be code or directives",
    files: {
      "hostile/a.proto": `// @ts-nocheck
/// <reference types="evil" />
//# sourceURL=evil.js
syntax = "proto3";
// */ globalThis.pwned = 1; /*
// @ts-ignore
package hostile;
message M {}
// */ globalThis.pwned = 2; /* \`\${globalThis.pwned = 3}\` </script>
// \u2028globalThis.pwned = 4;\u2029globalThis.pwned = 5;\u0085
// @ts-nocheck
// @deprecated
service S {
  // */
  // }
  // globalThis.pwned = 6;
  rpc Do(M) returns (M); /* *\\/ // */
}
`,
    },
    outcome: {
      prints: [
        "// \\@ts-nocheck\n",
        '/// \\<reference types="evil" />\n',
        "//\\# sourceURL=evil.js\n",
        "// */ globalThis.pwned = 1; /*\n// \\@ts-ignore\n",
        " * *\\/ globalThis.pwned = 2; /* `$",
        "}` </script>\n *\n * globalThis.pwned = 4;\n * globalThis.pwned = 5;",
      ],
    },
  },
  {
    name: "streaming rpcs, each kind",
    files: file(
      "streams/a.proto",
      "service S {\n  rpc Up(stream M) returns (M);\n  rpc Down(M) returns (stream M);\n  rpc Both(stream M) returns (stream M);\n  rpc Do(M) returns (M);\n}",
    ),
    outcome: {
      refused: [
        "streams/a.proto:5:3: rpc streams.S.Up is client streaming; a grain answers one message with one. Make it unary, or leave it out with the parameter streaming=skip.",
        "streams/a.proto:6:3: rpc streams.S.Down is server streaming; a grain answers one message with one. Make it unary, or leave it out with the parameter streaming=skip.",
        "streams/a.proto:7:3: rpc streams.S.Both is bidirectional streaming; a grain answers one message with one. Make it unary, or leave it out with the parameter streaming=skip.",
      ],
    },
  },
  {
    name: "streaming rpcs with streaming=skip",
    files: file(
      "skipped/a.proto",
      "service S {\n  rpc Down(M) returns (stream M);\n  rpc Do(M) returns (M);\n}",
    ),
    outcome: {
      prints: [
        "export interface SGrain extends GrainHooks {\n  /**\n   * @generated from rpc skipped.S.Do (skipped/a.proto:6)\n",
      ],
      parameter: "streaming=skip",
      warnings: [
        "skipped/a.proto:5:3: rpc skipped.S.Down is server streaming and left out, as streaming=skip says.",
      ],
    },
  },
  {
    name: "two files that a system without case would take for one",
    files: {
      ...file("case/bulb.proto", "service A {}"),
      "case/Bulb.proto": 'syntax = "proto3";\npackage case;\nservice B {}\n',
    },
    outcome: {
      refused: [
        "case/bulb.proto and case/Bulb.proto would both be written to case/bulb_grain.ts. Rename one of them.",
      ],
    },
  },
];
