import { type DescriptorCase, file } from "./descriptor-case.ts";

/** Rpcs of these names, each from M to M. */
function rpcs(names: string): string {
  return names
    .split(" ")
    .map((name) => `  rpc ${name}(M) returns (M);`)
    .join("\n");
}

/** A message of each name, and a service with an rpc that takes and returns it. */
function echoes(place: string, names: string): string {
  const messages = names.split(" ");
  const echo = messages.map(
    (name, position) => `  rpc R${position}(${place}.${name}) returns (${place}.${name});`,
  );
  return `${messages.map((name) => `message ${name} {}`).join("\n")}\nservice S {\n${echo.join("\n")}\n}`;
}

const codecNames = `enum Object { FIRST = 0; }
message writeM { float reader = 1; double class = 2; map<string, writeM> __proto__ = 3; }
message ByteWriter { map<int64, bool> into = 1; map<bool, Object> end = 2; map<int32, bytes> tag = 3; }
message String { int64 key = 1 [jstype = JS_STRING]; repeated uint64 value = 2 [jstype = JS_STRING]; Object number = 3; }
message BigInt { bytes constructor = 1; bytes to_string = 2; string has_own_property = 3; }
message Left { optional string has_own_property = 1; }
message assertType { oneof case { assertType known = 1; BigInt item = 2; Object start = 3; float then = 4; } }
message message { repeated Object last = 1; repeated fixed64 entry = 2; optional message undefined = 3; }
message Number { writeM a = 1; ByteWriter b = 2; String c = 3; BigInt d = 4; assertType e = 5; message f = 6; Number g = 7; Left h = 8; }
service S { rpc Do(Number) returns (message); rpc Re(message) returns (assertType); rpc Wr(writeM) returns (M); }`;

/** Names that mean something elsewhere. */
export const nameCases: readonly DescriptorCase[] = [
  {
    name: "keywords as rpcs",
    files: file(
      "keywords/a.proto",
      `service S {\n${rpcs("Delete Class Await Async Static Get Set Readonly Abstract Function Import Null This Yield Declare Override Accessor Default Arguments Eval New")}\n}`,
    ),
    outcome: {
      prints: ["  delete(request: M, ", "  new$(request: M, ", '(S, {\n  properties: { New: "new$" },\n'],
      usage: `import type { SGrainClient } from "./a_grain.js";
export const all = (s: SGrainClient) => [s.delete({}), s.class({}), s.await({}), s.static({}), s.get({}), s.new$({}), s.default({})];
`,
    },
  },
  {
    name: "object members as rpcs, and `then`",
    files: file(
      "members/a.proto",
      `service S {\n${rpcs("Then Constructor ToString ToJSON ValueOf HasOwnProperty IsPrototypeOf PropertyIsEnumerable ToLocaleString __defineGetter__ __lookupSetter__ Prototype Catch Finally")}\n}\nservice T {\n${rpcs("toString then")}\n}`,
    ),
    outcome: {
      prints: [
        "  then$(request: M, ",
        "  constructor$(request: M, ",
        "  __defineGetter__$(request: M, ",
        "  catch(request: M, ",
        '  properties: { toString: "toString$", then: "then$" },',
      ],
      usage: `import type { SGrain, SGrainClient } from "./a_grain.js";
export const isObject: object = {} as SGrain & SGrainClient;
export async function isNoThenable(client: SGrainClient): Promise<SGrainClient> { return await client; }
`,
    },
  },
  {
    name: "members of grains as rpcs",
    files: file(
      "hooks/a.proto",
      `service S {\n${rpcs("Context OnActivate OnDeactivate OnMessage Identity Request Options")}\n}`,
    ),
    outcome: {
      prints: ["  context$(request: M, ", "  onActivate$(request: M, ", "  identity(request: M, "],
      usage: `import type { M } from "./a_pb.js";
import { newSKind, SKind } from "./a_grain.js";
class Grain extends SKind {
  context$(request: M) { return request; }
  onActivate$() { return {}; }
  onDeactivate$() { return {}; }
  onMessage$() { return {}; }
  identity() { return { $typeName: "hooks.M" as const }; }
  async request() { return {}; }
  options() { this.context.identity.toString(); return {}; }
}
export const kind = newSKind(() => new Grain(), { idleTimeoutMs: 0 });
`,
    },
  },
  {
    name: "messages with the names that we print",
    files: file("ours/a.proto", echoes("ours", "SKind SGrain SGrainClient getSGrainClient newSKind sGrain")),
    outcome: {
      prints: ["SKind as SKind$1", "SGrain as SGrain$1", "sGrain as sGrain$1", "r0(request: SKind$1, "],
    },
  },
  {
    name: "messages with the names that we import",
    files: file(
      "imported/a.proto",
      echoes(
        "imported",
        "Awaitable GrainCallContext GrainCallOptions GrainCaller GrainFactory GrainHooks GrainKind Kind KindOptions MessageInitShape grainClient grainKind grainService",
      ),
    ),
    outcome: {
      prints: [
        "Awaitable as Awaitable$1",
        "grainClient as grainClient$1",
        "MessageInitShape as MessageInitShape$1",
      ],
    },
  },
  {
    name: "messages with the names of globals and types",
    files: file(
      "globals/a.proto",
      echoes(
        "globals",
        "Promise Error Map Object Symbol Array Record globalThis string number boolean Awaited Function Partial Date Schema MSchema",
      ),
    ),
    outcome: { prints: ["globalThis.Promise<Promise>", "r0(request: Promise, ", "(request: globalThis$, "] },
  },
  {
    name: "messages, enums and fields with the names that codecs use",
    files: file("codecs/a.proto", codecNames),
    outcome: {
      prints: [
        "writeM as writeM$1",
        "messageCodec as messageCodec$1",
        "assertType as assertType$1",
        "message.toString$",
        "// message codecs.Left: has_own_property has the name of a member of every object",
      ],
    },
  },
  {
    name: "services with the names of globals and keywords",
    files: file(
      "global/a.proto",
      ["Promise", "Error", "delete", "class", "Map", "type", "of"]
        .map((name) => `service ${name} { rpc Do(M) returns (M); }`)
        .join("\n"),
    ),
    outcome: {
      prints: ["export interface PromiseGrain ", "(delete$, { codecs: [", "export interface DeleteGrain "],
    },
  },
  {
    name: "services whose names hold each other's",
    files: file(
      "derived/a.proto",
      ["A", "AGrain", "AKind", "AGrainClient", "getAGrainClient", "newAKind", "aGrain_", "GrainKind", "__b"]
        .map((name) => `service ${name} { rpc Do(M) returns (M); }`)
        .join("\n"),
    ),
    outcome: {
      prints: [
        "AGrain as AGrain$1",
        "GrainKind as GrainKind$1",
        "export abstract class AGrainKind extends GrainKind implements AGrainGrain",
      ],
    },
  },
  {
    name: "services with the names of parameters and runtime functions",
    files: file(
      "parameters/a.proto",
      ["caller", "identity", "factory", "options", "grainClient", "grainService"]
        .map((name) => `service ${name} { rpc Do(M) returns (M); }`)
        .join("\n"),
    ),
    outcome: { prints: ["(caller$1, {", "(caller: GrainCaller, identity: string)", "grainService$1"] },
  },
  {
    name: "services in lower case and snake_case",
    files: file(
      "snake/a.proto",
      "service smart_bulb { rpc turn_on(M) returns (M); rpc _do(M) returns (M); }\nservice _lamp { rpc Do(M) returns (M); }",
    ),
    outcome: {
      prints: ["getSmartBulbGrainClient(", "  turn_on(request: M, ", "  _do(request: M, ", "newLampKind("],
    },
  },
  {
    name: "a service and a nested message of one name",
    files: file("twice/a.proto", "message A { message B {} }\nservice A_B { rpc Do(A.B) returns (M); }"),
    outcome: { prints: ["(A_B$, { codecs: [", "do(request: A_B, "] },
  },
  {
    name: "rpcs that differ by case",
    files: file(
      "rpccase/a.proto",
      "service S {\n  rpc TurnOn(M) returns (M);\n  rpc turnOn(M) returns (M);\n}",
    ),
    outcome: {
      refused: [
        "rpccase/a.proto:6:3: rpc rpccase.S.turnOn and rpc rpccase.S.TurnOn (rpccase/a.proto:5:3) would both print turnOn. Rename one of them.",
      ],
    },
  },
  {
    name: "rpcs that are one once escaped",
    files: file("escaped/a.proto", "service S {\n  rpc Then(M) returns (M);\n  rpc then(M) returns (M);\n}"),
    outcome: {
      refused: [
        "escaped/a.proto:6:3: rpc escaped.S.then and rpc escaped.S.Then (escaped/a.proto:5:3) would both print then$. Rename one of them.",
      ],
    },
  },
  {
    name: "services that are one in PascalCase",
    files: file("servicecase/a.proto", "service SmartBulb {}\nservice smart_bulb {}"),
    outcome: {
      refused: [
        "servicecase/a.proto:5:1: service servicecase.smart_bulb and service servicecase.SmartBulb (servicecase/a.proto:4:1) would both print SmartBulbGrain. Rename one of them.",
      ],
    },
  },
  {
    name: "an rpc called __proto__",
    files: file("proto/a.proto", "service S {\n  rpc __proto__(M) returns (M);\n}"),
    outcome: {
      refused: ["proto/a.proto:5:3: rpc proto.S.__proto__ has a name that TypeScript cannot use. Rename it."],
    },
  },
  {
    name: "messages that protoc-gen-es cannot name",
    files: file(
      "types/a.proto",
      "message any {}\nmessage await {}\nservice S {\n  rpc Do(any) returns (await);\n}",
    ),
    outcome: {
      refused: [
        "types/a.proto:7:3: rpc types.S.Do uses message types.any, a name that TypeScript cannot use. Rename it.",
        "types/a.proto:7:3: rpc types.S.Do uses message types.await, a name that TypeScript cannot use. Rename it.",
      ],
    },
  },
  {
    name: "services that protoc-gen-es cannot name",
    files: file("values/a.proto", "service eval {}\nservice await {}"),
    outcome: {
      refused: [
        "values/a.proto:4:1: service values.eval has a name that TypeScript cannot use. Rename it.",
        "values/a.proto:5:1: service values.await has a name that TypeScript cannot use. Rename it.",
      ],
    },
  },
];
