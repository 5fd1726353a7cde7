import { readFileSync } from "node:fs";
import { clone, create } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema, MethodOptionsSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { createPlugin } from "../src/plugin.ts";
import { compile, type Files, generate, respond } from "./harness.ts";

const shipped = ["tsgrain/v1/options.proto", "protobuf/protoc-gen-go-grain/options/options.proto"] as const;
const optionFiles: Files = Object.fromEntries(
  shipped.map((path) => [path, readFileSync(new URL(`../proto/${path}`, import.meta.url), "utf8")]),
);

const imports = `import "google/protobuf/empty.proto";\nimport "tsgrain/v1/options.proto";\nimport "${shipped[1]}";`;

/** A file p/NAME.proto whose text begins on line 7, with a message M. */
function contract(name: string, text: string, syntax = "proto3"): Files {
  return {
    [`p/${name}.proto`]: `syntax = "${syntax}";\npackage p.${name};\n${imports}\nmessage M {}\n${text}\n`,
  };
}

/** Everything that a contract can say of grains. */
const accepted: Files = contract(
  "accepted",
  `service Bulb {
  option (tsgrain.v1.kind) = { name: "house.Bulb" idle_timeout: { seconds: 90 nanos: 500000000 } };
  rpc Plain(M) returns (M);
  rpc Chain(M) returns (M) { option (tsgrain.v1.method).reentrancy = CALL_CHAIN; }
  rpc Read(M) returns (M) {
    option (tsgrain.v1.method).reentrancy = READ_ONLY;
    option idempotency_level = NO_SIDE_EFFECTS;
  }
  rpc Told(M) returns (google.protobuf.Empty) { option (tsgrain.v1.method).one_way = true; }
  rpc Pinned(M) returns (M) { option (tsgrain.v1.method) = { index: 12 reentrancy: ALWAYS }; }
  rpc None(M) returns (M) { option (tsgrain.v1.method).reentrancy = NONE; }
  rpc FromGo(M) returns (M) { option (options.method_options).reenterable = true; }
  rpc Future(M) returns (M) { option (options.method_options).future = true; }
}
service Forever { option (tsgrain.v1.kind).idle_timeout = {}; }`,
);

/** What is wrong, by the name of its file. */
const refused: Readonly<Record<string, readonly [text: string, error: string, syntax?: string]>> = {
  kind_slash: [
    'service S { option (tsgrain.v1.kind).name = "a/b"; }',
    '7:13: service p.kind_slash.S names its kind "a/b". Use a letter or "_", then up to 127 letters, digits, "_", "-" and ".".',
  ],
  kind_empty: [
    'service S { option (tsgrain.v1.kind) = { name: "" }; }',
    '7:42: service p.kind_empty.S names its kind "". Use a letter or "_", then up to 127 letters, digits, "_", "-" and ".".',
  ],
  kind_twice: [
    'service S { option (tsgrain.v1.kind).name = "T"; }\nservice T {}',
    "7:13: service p.kind_twice.S names its kind T, which is that of service p.kind_twice.T (p/kind_twice.proto:8:1) too. Choose another name.",
  ],
  idle_negative: [
    "service S {\n  option (tsgrain.v1.kind).idle_timeout = { seconds: -1 };\n}",
    "8:10: service p.idle_negative.S has an idle_timeout of -1 s. It is 0, which means never, or a millisecond to 24 days.",
  ],
  idle_long: [
    "service S { option (tsgrain.v1.kind).idle_timeout.seconds = 10000000; }",
    "7:1: service p.idle_long.S has an idle_timeout of 10000000 s. It is 0, which means never, or a millisecond to 24 days.",
  ],
  one_way: [
    "service S {\n  rpc Do(M) returns (M) {\n    option (tsgrain.v1.method).one_way = true;\n  }\n}",
    "9:5: rpc p.one_way.S.Do is one_way and returns p.one_way.M, which nobody would see. Let it return google.protobuf.Empty, or remove one_way.",
  ],
  one_way_nothing: [
    "service S {\n  rpc Do(M) returns (google.protobuf.Empty) {\n    option (tsgrain.v1.method).one_way = true;\n    option idempotency_level = NO_SIDE_EFFECTS;\n  }\n}",
    "9:5: rpc p.one_way_nothing.S.Do is one_way and has NO_SIDE_EFFECTS, so it does nothing at all. Remove one of the two.",
  ],
  both: [
    "service S {\n  rpc Do(M) returns (M) {\n    option (tsgrain.v1.method).reentrancy = READ_ONLY;\n    option (options.method_options).reenterable = true;\n  }\n}",
    "9:5: rpc p.both.S.Do is reenterable, which means ALWAYS, and has reentrancy READ_ONLY. Remove one of the two.",
  ],
  index_high: [
    "service S {\n  rpc Do(M) returns (M) {\n    option (tsgrain.v1.method).index = 10000;\n  }\n}",
    "9:5: rpc p.index_high.S.Do is pinned to index 10000. An index is at most 9999.",
  ],
  index_twice: [
    "service S {\n  rpc A(M) returns (M) { option (tsgrain.v1.method).index = 1; }\n  rpc B(M) returns (M);\n}",
    "9:3: rpc p.index_twice.S.B travels as 1, as does rpc p.index_twice.S.A (p/index_twice.proto:8:3). Pin it to another index; 2 is free.",
  ],
  reasons: [
    "enum ErrorReason { NOT_FOUND = 0; not_found_ = 1; }",
    "7:35: enum value p.reasons.ErrorReason.not_found_ and enum value p.reasons.ErrorReason.NOT_FOUND (p/reasons.proto:7:20) would both print errNotFound. Rename one of them.",
    "proto2",
  ],
  reason_service: [
    "service ErrUser {}\nenum ErrorReason { USER_GRAIN = 0; }",
    "8:20: enum value p.reason_service.ErrorReason.USER_GRAIN and service p.reason_service.ErrUser (p/reason_service.proto:7:1) would both print errUserGrain. Rename one of them.",
  ],
};

const streams: Files = contract(
  "streams",
  "service S {\n  rpc Do(M) returns (stream M) {\n    option (tsgrain.v1.method).reentrancy = ALWAYS;\n  }\n}",
);

const errors: Files = {
  "p/errors.proto": `syntax = "proto3";
package p.errors;
enum ErrorReason {
  // The bulb is not there.
  // */ globalThis.pwned = 1;
  ERROR_REASON_NO_BULB = 0;
  ERROR_REASON_BURNT_OUT = 1 [deprecated = true];
}
message Outer { enum ErrorReason { NESTED = 0; } }
`,
};

const foreign: Files = {
  "other/options.proto": `syntax = "proto3";
package other;
import "google/protobuf/descriptor.proto";
extend google.protobuf.MethodOptions { string note = 50000; int32 size = 50427; }
message M {}
service S { rpc Do(M) returns (M) { option (other.note) = "\\x08\\x01"; option (other.size) = 5; } }
`,
};

const set = compile({
  ...optionFiles,
  ...accepted,
  ...Object.assign(
    {},
    ...Object.entries(refused).map(([name, [text, , syntax]]) => contract(name, text, syntax)),
  ),
  ...streams,
  ...errors,
});

function print(path: string): string {
  const parameter = "target=ts,import_extension=js,codecs=off";
  return (
    generate(createPlugin(), { set, files: [path], parameter })[path.replace(".proto", "_grain.ts")] ?? ""
  );
}

test("options stand in the description that the runtime gets, Go's as well as ours", () => {
  expect(print("p/accepted.proto")).toContain(`grainService<BulbGrain, BulbGrainClient>(Bulb, {
  kind: "house.Bulb",
  idleTimeoutMs: 90_500,
  methods: {
    Chain: { reentrancy: "call_chain" },
    Read: { reentrancy: "read_only" },
    Told: { oneWay: true },
    Pinned: { reentrancy: "always", index: 12 },
    FromGo: { reentrancy: "always" },
  },
});`);
  expect(print("p/accepted.proto")).toContain("(Forever, { idleTimeoutMs: 0 });");
});

test("a one-way rpc answers nothing: neither the grain nor its client", () => {
  const code = print("p/accepted.proto");
  expect(code).toContain("told(request: M, context: GrainCallContext): Awaitable<void>;");
  expect(code).toContain(
    "told(request: MessageInitShape<typeof MSchema>, options?: GrainCallOptions): Promise<void>;",
  );
});

test.each(Object.entries(refused))("the options of %s.proto are refused", (name, [, error]) => {
  expect(respond(createPlugin(), { set, files: [`p/${name}.proto`] }).error).toBe(`p/${name}.proto:${error}`);
});

test("an rpc that is left out has no options", () => {
  const { error } = respond(createPlugin(), {
    set,
    files: ["p/streams.proto"],
    parameter: "streaming=skip",
  });
  expect(error).toBe(
    "p/streams.proto:9:5: rpc p.streams.S.Do streams, so no grain has it. Remove its (tsgrain.v1.method) options.",
  );
});

test("each value of an enum ErrorReason gives a function that makes its error and one that recognises it", () => {
  const code = print("p/errors.proto");
  expect(code).toContain(`/**
 * The bulb is not there.
 * *\\/ globalThis.pwned = 1;
 *
 * @generated from enum value p.errors.ErrorReason.ERROR_REASON_NO_BULB
 */
export function errNoBulb(message: string, options?: GrainErrorOptions): GrainError {
  return new GrainError("ERROR_REASON_NO_BULB", message, options);
}
`);
  expect(code).toContain(`export function isBurntOut(error: unknown): error is GrainError {
  return GrainError.is(error) && error.reason === "ERROR_REASON_BURNT_OUT";
}
`);
  expect(code).not.toContain("Nested");
});

test("options of others that have the same numbers mean nothing", () => {
  const described = compile(foreign);
  const [code = ""] = Object.values(generate(createPlugin(), { set: described }));
  expect(code).toContain("grainService<SGrain, SGrainClient>(S, { codecs: [mCodec] });");
});

test("options whose bytes are no message of their type are refused", () => {
  const changed = clone(FileDescriptorSetSchema, set);
  const file = changed.file.find(({ name }) => name === "p/accepted.proto")!;
  const options = create(MethodOptionsSchema);
  options.$unknown = [{ no: 50427, wireType: 2, data: new Uint8Array([2, 0xff, 0xff]) }];
  file.service[0]!.method[0]!.options = options;
  const { error } = respond(createPlugin(), { set: changed, files: ["p/accepted.proto"] });
  expect(error).toMatch(
    /^p\/accepted\.proto:7:1: service p\.accepted\.Bulb has options that cannot be read: .+\. Compile it with the option files that this plugin ships\.$/,
  );
});
