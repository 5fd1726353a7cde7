import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema, file_google_protobuf_wrappers } from "@bufbuild/protobuf/wkt";
import { quietLogger } from "@ts-grain/actor/testing";
import {
  ActorSystem,
  Cluster,
  configureCluster,
  configureRemote,
  DistHashLookup,
  GrainError,
} from "@ts-grain/cluster";
import { grainKind, grainService } from "@ts-grain/cluster/codegenv1";
import { freePorts } from "@ts-grain/cluster/testing";
import { AutoManagedProvider } from "@ts-grain/cluster-automanaged";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runProgram } from "../src/program.ts";
import { Greeter } from "./gen/greeter/v1/greeter_pb.ts";
import { RecordingTerminal } from "./recording-terminal.ts";

const service = grainService(Greeter);
const members: Cluster[] = [];
let hosts: string[] = [];

beforeAll(async () => {
  const ports = await freePorts(2);
  hosts = ports.map((port) => `localhost:${port}`);
  for (const port of ports) {
    const provider = new AutoManagedProvider({ hosts, port, pollMs: 50 });
    const greeter = grainKind(service, () => ({
      greet: ({ name }: { name: string }, { headers }: { headers: Record<string, string> }) => {
        if (name === "") throw new GrainError("NO_NAME", "say who you are", { metadata: { field: "name" } });
        return { text: `Hello ${name}`, language: headers["language"] ?? "" };
      },
    }));
    const config = configureCluster("test", provider, new DistHashLookup(), configureRemote("127.0.0.1", 0), {
      kinds: [greeter],
    });
    members.push(await Cluster.startMember(new ActorSystem({ logger: quietLogger }), config));
  }
  await members[0]!.members.until(({ members: listed }) => listed.length === 2);
});

afterAll(async () => {
  await Promise.all(members.map((member) => member.shutdown()));
});

async function run(args: string[], input = "", terminal = new RecordingTerminal({ input })) {
  const where = ["--provider", "automanaged", "--address", hosts.join(","), "--cluster", "test"];
  const exitCode = await runProgram([...args, ...where], terminal);
  return { exitCode, output: terminal.output, notes: terminal.notes.join("\n") };
}

test("a grain is called with the contract that its member tells", async () => {
  const { exitCode, output, notes } = await run([
    "call",
    "Greeter/door",
    "Greet",
    '{"name": "Ada"}',
    "-H",
    "language=en",
  ]);
  expect([exitCode, notes]).toEqual([0, ""]);
  expect(JSON.parse(output)).toEqual({ text: "Hello Ada", language: "en" });
  expect(output).toContain("\n");
});

test("a request comes from standard input, and an answer is one line for programs", async () => {
  const { exitCode, output } = await run(
    ["call", "Greeter/door", "greet", "-", "--json"],
    '{"name": "Alan"}',
  );
  expect([exitCode, output]).toEqual([0, '{"text":"Hello Alan"}']);
});

test("an error of the grain is told with its reason and metadata", async () => {
  const { exitCode, output, notes } = await run(["call", "Greeter/door", "Greet"]);
  expect([exitCode, output]).toEqual([1, ""]);
  expect(notes).toBe("error: NO_NAME: say who you are\n  field: name");
});

test.each([
  ["an rpc that does not exist", ["call", "Greeter/door", "Shout"], 2, /no unary rpc Shout; it has Greet/],
  [
    "a request with an unknown field",
    ["call", "Greeter/door", "Greet", '{"nme": 1}'],
    2,
    /GreetRequest as JSON: .*nme/,
  ],
  [
    "a kind that nobody hosts",
    ["call", "Door/front", "Open"],
    3,
    /no member hosts the kind Door; there are .*Greeter/,
  ],
  [
    "a file that does not exist",
    ["call", "Greeter/door", "Greet", "-d", "nowhere.binpb"],
    2,
    /nowhere\.binpb is no buf image/,
  ],
])("%s is an error that says what there is", async (_what, args, code, says) => {
  const { exitCode, output, notes } = await run(args);
  expect([exitCode, output]).toEqual([code, ""]);
  expect(notes).toMatch(says);
});

test("a file of descriptors serves as contract, too", async () => {
  const folder = mkdtempSync(join(tmpdir(), "descriptors-"));
  try {
    const path = join(folder, "image.binpb");
    const write = (...file: (typeof Greeter.file.proto)[]) =>
      writeFileSync(path, toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file })));
    write(Greeter.file.proto);
    const { exitCode, output } = await run(["call", "Greeter/door", "Greet", '{"name": "Ada"}', "-d", path]);
    expect([exitCode, JSON.parse(output)]).toEqual([0, { text: "Hello Ada" }]);
    write(file_google_protobuf_wrappers.proto);
    expect((await run(["call", "Greeter/door", "Greet", "-d", path])).notes).toMatch(/it has none/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("members, active grains and the owner of a grain are told, for people and for programs", async () => {
  await run(["call", "Greeter/door", "Greet", '{"name": "Ada"}']);
  const listed = await run(["members"]);
  for (const { system } of members) expect(listed.output).toContain(system.address);
  expect(listed.output).toMatch(/^ADDRESS +RUNTIME +GRAINS +KINDS +ID\n/);
  const described = JSON.parse((await run(["members", "--json"])).output);
  expect(described).toHaveLength(2);
  expect(described[0]).toMatchObject({ runtime: "ts-grain", kinds: expect.arrayContaining(["Greeter"]) });
  const owner = (await run(["where", "Greeter/door"])).output;
  expect(members.map(({ system }) => system.address)).toContain(owner);
  const { output } = await run(["ls", "--json", "--kind", "Greeter"]);
  expect(JSON.parse(output)).toEqual({
    grains: [{ kind: "Greeter", identity: "door", member: owner }],
    total: 1,
  });
  expect((await run(["ls"])).output).toMatch(/^KIND +IDENTITY +MEMBER\nGreeter +door +127/);
});

test("watching tells who is there until it is interrupted", async () => {
  const terminal = new RecordingTerminal();
  const watching = run(["watch"], "", terminal);
  await expect.poll(() => terminal.results.length).toBe(2);
  terminal.interruption.abort();
  await watching;
  expect(terminal.output).toMatch(/^joined {2}127\.0\.0\.1:\d+ {2}\S+\njoined/);
});

test("the doctor finds a cluster well, and an absent one not", async () => {
  const well = await run(["doctor"]);
  expect([well.exitCode, well.notes]).toEqual([0, ""]);
  expect(well.output.match(/^ok {4}/gm)).toHaveLength(5);
  const terminal = new RecordingTerminal();
  const [port] = await freePorts(1);
  const args = ["doctor", "-p", "consul", "-a", `localhost:${port}`, "-c", "test", "-t", "500"];
  expect(await runProgram(args, terminal)).toBe(1);
  expect(terminal.output).toMatch(/^FAIL {2}provider consul: .*ECONNREFUSED/m);
  expect(terminal.notes.join("\n")).toBe("error: 1 of 2 checks failed");
});
