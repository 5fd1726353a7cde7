import { type DescriptorCase, file } from "./descriptor-case.ts";

/** Syntaxes, editions and what messages can be. */
export const languageCases: readonly DescriptorCase[] = [
  {
    name: "proto2: required, default, group, extensions",
    files: {
      "proto2/a.proto": `syntax = "proto2";
package proto2;
message Ask {
  required string name = 1;
  optional int32 size = 2 [default = 3];
  optional group Part = 4 { optional string text = 1; }
  extensions 100 to 200;
}
extend Ask { optional string more = 100; }
service Old { rpc Do(Ask) returns (Ask); }
`,
    },
    outcome: {
      prints: ["do(request: Ask, context: GrainCallContext): Awaitable<MessageInitShape<typeof AskSchema>>;"],
    },
  },
  {
    name: "proto3: optional, oneof, map, enum, bytes, 64 bit",
    files: file(
      "proto3/a.proto",
      `enum Colour { COLOUR_UNSPECIFIED = 0; COLOUR_RED = 1; }
message Ask {
  optional string name = 1;
  oneof shape { bytes round = 2; int64 square = 3; }
  map<string, Colour> colours = 4;
}
service S { rpc Do(Ask) returns (M); }`,
    ),
    outcome: {
      prints: ["do(request: MessageInitShape<typeof AskSchema>, options?: GrainCallOptions)"],
      usage: `import { getSGrainClient } from "./a_grain.js";
import type { GrainCaller } from "@ts-grain/cluster/codegenv1";
export const call = (caller: GrainCaller) =>
  getSGrainClient(caller, "x").do({ name: "n", shape: { case: "square", value: 1n }, colours: { sky: 1 } });
// @ts-expect-error the field is a string
export const wrong = (caller: GrainCaller) => getSGrainClient(caller, "x").do({ name: 1 });
`,
    },
  },
  ...["2023", "2024"].map(
    (edition): DescriptorCase => ({
      name: `edition ${edition}: field presence, delimited encoding`,
      files: {
        [`edition${edition}/a.proto`]: `edition = "${edition}";
package edition${edition};
option features.field_presence = IMPLICIT;
message Ask {
  string name = 1;
  int32 size = 2 [features.field_presence = LEGACY_REQUIRED];
  Ask inner = 3 [features.message_encoding = DELIMITED];
}
service S { rpc Do(Ask) returns (Ask); }
`,
      },
      outcome: { prints: [`edition ${edition})`, "do(request: Ask, "] },
    }),
  ),
  {
    name: "no package",
    files: {
      "nopackage/a.proto": `syntax = "proto3";
message NoPackageMessage {}
service NoPackage { rpc Do(NoPackageMessage) returns (NoPackageMessage); }
`,
    },
    outcome: {
      prints: [
        "@generated from service NoPackage\n",
        "@generated from rpc NoPackage.Do (nopackage/a.proto:3)\n",
      ],
    },
  },
  {
    name: "nested messages as request and response",
    files: file(
      "nested/a.proto",
      `message Outer { message Inner { message Core {} } }
message Outer_Inner {}
service S { rpc Do(Outer.Inner) returns (Outer.Inner.Core); rpc Other(Outer_Inner) returns (M); }`,
    ),
    outcome: {
      prints: [
        "do(request: Outer_Inner, ",
        "<typeof Outer_Inner_CoreSchema>",
        "other(request: Outer_Inner$, ",
      ],
    },
  },
  {
    name: "imported messages; two of one name; public imports; other folders",
    files: {
      ...file(
        "imports/a.proto",
        'import "imports/deep/er/b.proto";\nimport "imports/public.proto";\nservice S { rpc Do(M) returns (imports.deep.M); rpc Re(imports.far.Far) returns (M); }',
      ),
      "imports/deep/er/b.proto":
        'syntax = "proto3";\npackage imports.deep;\nmessage M { string text = 1; }\n',
      "imports/public.proto": 'syntax = "proto3";\npackage imports;\nimport public "imports/far.proto";\n',
      "imports/far.proto": 'syntax = "proto3";\npackage imports.far;\nmessage Far {}\n',
    },
    outcome: {
      prints: ['from "./deep/er/b_pb.js";', 'from "./far_pb.js";', "M as M$1", "Promise<M$1>"],
      paths: ["imports/a_grain.ts"],
    },
  },
  {
    name: "well-known types as request and response",
    files: file(
      "wkt/a.proto",
      `import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
service S {
  rpc None(google.protobuf.Empty) returns (google.protobuf.Empty);
  rpc Free(google.protobuf.Struct) returns (google.protobuf.Value);
  rpc Some(google.protobuf.Any) returns (google.protobuf.StringValue);
  rpc When(google.protobuf.Timestamp) returns (google.protobuf.Duration);
  rpc Mask(google.protobuf.FieldMask) returns (google.protobuf.Int64Value);
}`,
    ),
    outcome: {
      prints: [
        '} from "@bufbuild/protobuf/wkt";',
        "none(request: Empty, ",
        "Awaitable<MessageInitShape<typeof ValueSchema>>",
      ],
    },
  },
  {
    name: "rpc and service options, also custom ones",
    files: file(
      "choices/a.proto",
      `import "google/protobuf/descriptor.proto";
extend google.protobuf.MethodOptions { string note = 50001; }
service S { rpc Do(M) returns (M) { option idempotency_level = NO_SIDE_EFFECTS; option (note) = "*/ x"; } }`,
    ),
    outcome: { prints: ["do(request: M, "] },
  },
];
