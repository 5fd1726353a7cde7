import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "./harness.ts";

const bin = fileURLToPath(new URL("../src/bin.ts", import.meta.url));
const buf = createRequire(import.meta.url).resolve("@bufbuild/buf/bin/buf");
const protos = {
  "house/bulb.proto":
    'syntax = "proto3";\npackage house;\nimport "house/room.proto";\n// A bulb.\nservice Bulb { rpc Turn(Room) returns (Room); }\n',
  "house/room.proto": 'syntax = "proto3";\npackage house;\nmessage Room { optional string name = 1; }\n',
  "garden/lamp.proto":
    'syntax = "proto3";\npackage garden;\nimport "house/room.proto";\nservice Lamp { rpc Turn(house.Room) returns (house.Room); }\n',
};
/** A contract with options of ours and of Proto.Actor Go. */
const withOptions = {
  "house/lamp.proto":
    'syntax = "proto3";\npackage house;\nimport "protobuf/protoc-gen-go-grain/options/options.proto";\nimport "tsgrain/v1/options.proto";\nmessage M {}\nservice Lamp {\n  option (tsgrain.v1.kind).name = "Lantern";\n  rpc Turn(M) returns (M) { option (options.method_options).reenterable = true; }\n}\n',
};
const optionFiles = fileURLToPath(new URL("../proto", import.meta.url));
const es = createRequire(import.meta.url).resolve("@bufbuild/protoc-gen-es/bin/protoc-gen-es");
const streaming =
  'syntax = "proto3";\nmessage M { optional string a = 1; }\nservice S {\n  rpc Do(M) returns (stream M);\n}\n';

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly input?: string } = {},
): Run {
  const { cwd, input = "", env = {} } = options;
  return spawnSync(command, args, {
    ...(cwd && { cwd }),
    input,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
}

/** An executable that runs the plugin's sources on this Node, as the package's bin runs the built ones. */
function pluginIn(folder: string): string {
  const path = join(folder, "protoc-gen-ts-grain");
  writeFileSync(path, `#!/bin/sh\nexec "${process.execPath}" --conditions=@ts-grain/source "${bin}" "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

/** The files below a folder with their content. */
function tree(folder: string): Record<string, string> {
  const files = globSync("**/*.{ts,js}", { cwd: folder }).sort();
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

describe("the process", () => {
  test("says its version when it is started by hand", () => {
    const { status, stdout } = run(process.execPath, ["--conditions=@ts-grain/source", bin, "--version"]);
    expect(stdout).toMatch(/^protoc-gen-ts-grain v/);
    expect(status).toBe(0);
  });

  test("fails with one line if its input is no request", () => {
    const { status, stdout, stderr } = run(process.execPath, ["--conditions=@ts-grain/source", bin], {
      input: "service S {}",
    });
    expect(stderr).toMatch(/^protoc-gen-ts-grain: [^\n]+\n$/);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  });
});

describe("buf generate", () => {
  function generate(
    folder: string,
    env: NodeJS.ProcessEnv = {},
    strategy = "all, opt: [target=ts, import_extension=ts]",
  ): Run {
    const plugin = `{ local: [${JSON.stringify(process.execPath)}, --conditions=@ts-grain/source, ${JSON.stringify(bin)}], out: gen, strategy: ${strategy} }`;
    writeFileSync(
      join(folder, "buf.gen.yaml"),
      `version: v2\ninputs: [{ directory: proto }]\nplugins: [${plugin}]\n`,
    );
    return run(process.execPath, [buf, "generate"], { cwd: folder, env });
  }

  test("prints the same bytes twice, in another folder, language and time zone", () => {
    using first = temporaryFolder();
    using second = temporaryFolder();
    for (const { path } of [first, second]) writeFiles(join(path, "proto"), protos);
    expect(generate(first.path)).toMatchObject({ status: 0, stderr: "" });
    expect(
      generate(second.path, { LC_ALL: "da_DK.UTF-8", LANG: "da_DK.UTF-8", TZ: "Asia/Tokyo" }),
    ).toMatchObject({ status: 0, stderr: "" });
    expect(Object.keys(tree(join(first.path, "gen")))).toEqual([
      "garden/lamp_codec.ts",
      "garden/lamp_grain.ts",
      "house/bulb_codec.ts",
      "house/bulb_grain.ts",
    ]);
    expect(tree(join(second.path, "gen"))).toEqual(tree(join(first.path, "gen")));
  });

  test("finds the option files in this package, as docs/plugin.md says", () => {
    using folder = temporaryFolder();
    const { path } = folder;
    writeFiles(join(path, "proto"), withOptions);
    cpSync(optionFiles, join(path, "node_modules/protoc-gen-ts-grain/proto"), { recursive: true });
    const node = JSON.stringify(process.execPath);
    writeFiles(path, {
      "buf.yaml":
        "version: v2\nmodules:\n  - path: proto\n  - path: node_modules/protoc-gen-ts-grain/proto\n",
      "buf.gen.yaml": `version: v2
inputs: [{ directory: proto }]
plugins:
  - { local: [${node}, ${JSON.stringify(es)}], out: gen, include_imports: true, opt: [target=ts, erasable_syntax=true] }
  - { local: [${node}, --conditions=@ts-grain/source, ${JSON.stringify(bin)}], out: gen, opt: target=ts }
`,
    });
    expect(run(process.execPath, [buf, "generate"], { cwd: path })).toMatchObject({ status: 0, stderr: "" });
    const { "house/lamp_grain.ts": lamp, ...others } = tree(join(path, "gen"));
    expect(lamp).toContain(
      '(Lamp, {\n  kind: "Lantern",\n  methods: { Turn: { reentrancy: "always" } },\n  codecs: [',
    );
    expect(Object.keys(others)).toEqual([
      "house/lamp_codec.ts",
      "house/lamp_pb.ts",
      "protobuf/protoc-gen-go-grain/options/options_pb.ts",
      "tsgrain/v1/options_pb.ts",
    ]);
  });

  test("keeps one lock, though it starts the plugin for each folder", () => {
    using folder = temporaryFolder();
    writeFiles(join(folder.path, "proto"), protos);
    const lock = join(folder.path, "ts-grain.lock.json");
    expect(generate(folder.path, {}, "directory, opt: lock=ts-grain.lock.json")).toMatchObject({
      status: 0,
      stderr: "",
    });
    expect(Object.keys(JSON.parse(readFileSync(lock, "utf8")).kinds)).toEqual(["Bulb", "Lamp"]);
  });

  test("shows file, line and remedy of an error, and writes nothing", () => {
    using folder = temporaryFolder();
    writeFiles(join(folder.path, "proto"), { "s.proto": streaming });
    const { status, stderr } = generate(folder.path);
    expect(stderr).toContain(
      "s.proto:4:3: rpc S.Do is server streaming; a grain answers one message with one.",
    );
    expect(status).not.toBe(0);
    expect(tree(folder.path)).toEqual({});
  });
});

const hasProtoc = spawnSync("protoc", ["--version"]).status === 0;
if (!hasProtoc)
  console.error("\n*** protoc is not installed: its tests are skipped (they fail when CI=true) ***\n");

describe.skipIf(!hasProtoc && process.env["CI"] !== "true")("protoc", () => {
  function generate(folder: string, parameter: string, files: readonly string[]): Run {
    mkdirSync(join(folder, "gen"), { recursive: true });
    const plugin = `--plugin=protoc-gen-ts-grain=${pluginIn(folder)}`;
    return run(
      "protoc",
      [
        "-I",
        "proto",
        "-I",
        optionFiles,
        plugin,
        "--ts-grain_out=gen",
        `--ts-grain_opt=${parameter}`,
        ...files,
      ],
      { cwd: folder },
    );
  }

  test("prints what buf makes it print", () => {
    using folder = temporaryFolder();
    writeFiles(join(folder.path, "proto"), protos);
    const { status, stderr } = generate(folder.path, "target=ts,import_extension=ts", Object.keys(protos));
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const { "house/bulb_grain.ts": bulb, ...others } = tree(join(folder.path, "gen"));
    expect(Object.keys(others)).toEqual([
      "garden/lamp_codec.ts",
      "garden/lamp_grain.ts",
      "house/bulb_codec.ts",
    ]);
    expect(bulb).toContain(" * A bulb.\n *\n * @generated from service house.Bulb\n");
    expect(bulb).toContain('from "./room_pb.ts";');
  });

  test("finds the option files in this package", () => {
    using folder = temporaryFolder();
    writeFiles(join(folder.path, "proto"), withOptions);
    const { status, stderr } = generate(folder.path, "target=ts", Object.keys(withOptions));
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(Object.values(tree(join(folder.path, "gen"))).join()).toContain('reentrancy: "always"');
  });

  test("shows an error and nothing else", () => {
    using folder = temporaryFolder();
    writeFiles(join(folder.path, "proto"), { "s.proto": streaming });
    const { status, stderr } = generate(folder.path, "target=ts", ["s.proto"]);
    expect(stderr).toBe(
      "--ts-grain_out: s.proto:4:3: rpc S.Do is server streaming; a grain answers one message with one. Make it unary, or leave it out with the parameter streaming=skip.\n",
    );
    expect(status).toBe(1);
  });

  test("shows a warning with streaming=skip", () => {
    using folder = temporaryFolder();
    writeFiles(join(folder.path, "proto"), { "s.proto": streaming });
    const { status, stderr } = generate(folder.path, "target=ts,streaming=skip", ["s.proto"]);
    expect(stderr).toBe(
      "protoc-gen-ts-grain: warning: s.proto:4:3: rpc S.Do is server streaming and left out, as streaming=skip says.\n",
    );
    expect(status).toBe(0);
  });
});
