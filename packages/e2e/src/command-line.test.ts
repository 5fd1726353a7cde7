import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { quietLogger } from "@ts-grain/actor/testing";
import { ActorSystem, Cluster, configureCluster, configureRemote, DistHashLookup } from "@ts-grain/cluster";
import { freePorts } from "@ts-grain/cluster/testing";
import { AutoManagedProvider } from "@ts-grain/cluster-automanaged";
import { ConsulServer } from "@ts-grain/cluster-consul/testing";
import { EtcdServer } from "@ts-grain/cluster-etcd/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { buildGoClusterMember, findServer } from "./mixed-cluster-build.ts";
import { MixedMember } from "./mixed-cluster-member.ts";
import type { MixedDirectory } from "./mixed-cluster-provider.ts";
import { TestAuthority } from "./test-authority.ts";

const program = fileURLToPath(new URL("../../cli/src/main.ts", import.meta.url));
const contracts = fileURLToPath(new URL("../proto", import.meta.url));
const hasGo = buildGoClusterMember();
const consulProgram = findServer("consul");
const etcdProgram = findServer("etcd");

/** `ts-grain`, as it is typed in a terminal. */
class CommandLine {
  readonly #environment: Record<string, string>;

  constructor({ provider, at }: MixedDirectory) {
    this.#environment = { TS_GRAIN_CLUSTER: "mixed", TS_GRAIN_PROVIDER: provider, TS_GRAIN_ADDRESS: at };
  }

  async run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    return new Promise((resolve) => {
      const child = execFile(process.execPath, this.#argv(args), this.#options, (_error, stdout, stderr) =>
        resolve({ code: child.exitCode ?? -1, stdout: stdout.trimEnd(), stderr: stderr.trimEnd() }),
      );
    });
  }

  /** What it prints as JSON. */
  async read(...args: string[]): Promise<unknown> {
    const { code, stdout, stderr } = await this.run(...args, "--json");
    expect([code, stderr]).toEqual([0, ""]);
    return JSON.parse(stdout);
  }

  spawn(...args: string[]) {
    return spawn(process.execPath, this.#argv(args), this.#options);
  }

  #argv(args: readonly string[]): string[] {
    return ["--conditions=@ts-grain/source", program, ...args];
  }

  get #options() {
    return { env: { ...process.env, ...this.#environment } };
  }
}

async function startMember(directory: MixedDirectory, language: "go" | "ts", managePort?: number) {
  const member = await MixedMember.start({ ...directory, cluster: "mixed", language, managePort });
  onTestFinished(() => member[Symbol.asyncDispose]());
  return member;
}

async function agreed(...members: MixedMember[]): Promise<void> {
  const sees = async (member: MixedMember) => (await member.topology()).length;
  for (const member of members)
    await expect.poll(() => sees(member), { timeout: 15_000 }).toBe(members.length);
}

/** Identities that the members place on each of them. */
async function identitiesOn(...members: MixedMember[]): Promise<string[]> {
  const identities = Array.from({ length: 50 }, (_each, index) => `counter-${index}`);
  const owners = await members[0]!.owners(identities);
  return members.map(({ address }) => identities[owners.indexOf(address)]!);
}

async function expectToWork(cli: CommandLine, members: readonly MixedMember[]): Promise<void> {
  await agreed(...members);
  const listed = await cli.read("members");
  expect(listed).toHaveLength(members.length);
  for (const { address, language } of members)
    expect(listed).toContainEqual(
      expect.objectContaining({
        address,
        kinds: ["Counter"],
        runtime: language === "go" ? "proto-actor" : "ts-grain",
      }),
    );
  for (const [index, identity] of (await identitiesOn(...members)).entries()) {
    const answer = await cli.read("call", `Counter/${identity}`, "Add", '{"by": "2"}');
    const { address, language } = members[index]!;
    expect(answer).toEqual({ total: "2", place: { language, member: address, identity } });
  }
}

describe.skipIf(!hasGo || consulProgram === undefined)("in a cluster with a member in Go, on Consul", () => {
  test("grains of both are called, found and listed, and members watched", { timeout: 90_000 }, async () => {
    await using consul = await ConsulServer.start(consulProgram);
    const directory = { provider: "consul", at: new URL(consul.address).host } as const;
    const cli = new CommandLine(directory);
    const [ts, go] = [await startMember(directory, "ts"), await startMember(directory, "go")];
    await expectToWork(cli, [ts, go]);

    const [onTs, onGo] = await identitiesOn(ts, go);
    expect(await cli.read("where", `Counter/${onGo}`)).toMatchObject({ owner: go.address });
    expect(await cli.read("ls")).toEqual({
      grains: [{ kind: "Counter", identity: onTs, member: ts.address }],
      total: 1,
    });
    const failed = await cli.run("call", `Counter/${onGo}`, "Fail", '{"how": "known"}', "--json");
    expect([failed.code, failed.stdout]).toEqual([1, ""]);
    expect(JSON.parse(failed.stderr)).toMatchObject({
      error: { failure: "failed", reason: "ERROR_REASON_FULL" },
    });
    expect(await cli.run("doctor")).toMatchObject({ code: 0, stderr: "" });

    const watching = cli.spawn("watch", "--json");
    const lines = createInterface(watching.stdout)[Symbol.asyncIterator]();
    const next = async () => JSON.parse(String((await lines.next()).value));
    expect([(await next()).event, (await next()).event]).toEqual(["joined", "joined"]);
    await ts.shutdown();
    expect(await next()).toMatchObject({ event: "left", address: ts.address });
    watching.kill("SIGINT");
    expect(await once(watching, "exit")).toEqual([0, null]);

    // Now the only host is in Go, which tells no contract.
    const refused = await cli.run("call", "Counter/x", "Add");
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining("--descriptors")]);
    const folder = mkdtempSync(join(tmpdir(), "image-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const image = join(folder, "image.binpb");
    execFileSync("npx", ["buf", "build", contracts, "-o", image], { stdio: "pipe" });
    expect(await cli.read("call", "Counter/x", "Add", '{"by": "2"}', "-d", image)).toMatchObject({
      total: "2",
      place: { language: "go" },
    });
    expect((await go.topology()).map(({ address }) => address)).toEqual([go.address]);
  });
});

describe.skipIf(!hasGo || etcdProgram === undefined)("in a cluster with a member in Go, on etcd", () => {
  test("grains of both are called", { timeout: 60_000 }, async () => {
    await using etcd = await EtcdServer.start({ program: etcdProgram });
    const directory = { provider: "etcd", at: new URL(etcd.endpoints[0]!).host } as const;
    await expectToWork(new CommandLine(directory), [
      await startMember(directory, "ts"),
      await startMember(directory, "go"),
    ]);
  });
});

describe.skipIf(!hasGo)("in a cluster with a member in Go, automanaged", () => {
  test("grains of both are called", { timeout: 60_000 }, async () => {
    const ports = await freePorts(2);
    const directory = {
      provider: "automanaged",
      at: ports.map((port) => `127.0.0.1:${port}`).join(","),
    } as const;
    await expectToWork(
      new CommandLine(directory),
      await Promise.all([startMember(directory, "ts", ports[0]), startMember(directory, "go", ports[1])]),
    );
  });
});

test("a cluster with TLS and a token lets in who has both", { timeout: 30_000 }, async () => {
  using authority = new TestAuthority();
  const [port] = await freePorts(1);
  const directory = { provider: "automanaged", at: `127.0.0.1:${port}` } as const;
  const clusterToken = "a secret of the members";
  const tls = authority.issue({ names: ["IP:127.0.0.1"] });
  const provider = new AutoManagedProvider({ hosts: [directory.at], port: port! });
  const remote = configureRemote("127.0.0.1", 0, { tls, clusterToken });
  await using member = await Cluster.startMember(
    new ActorSystem({ logger: quietLogger }),
    configureCluster("mixed", provider, new DistHashLookup(), remote),
  );
  const folder = mkdtempSync(join(tmpdir(), "certificate-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = Object.entries(authority.issue({ names: ["IP:127.0.0.1"] })).map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
  const identity = ["--tls-cert", "--tls-key", "--tls-ca"].flatMap((option, index) => [
    option,
    files[index]!,
  ]);
  const cli = new CommandLine(directory);
  const well = await cli.run("doctor", ...identity, "--token", clusterToken);
  expect([well.code, well.stderr]).toEqual([0, ""]);
  expect(well.stdout).toContain(`member ${member.system.address}: answers`);
  const wrong = [identity, ["--token", clusterToken]];
  const outcomes = await Promise.all(wrong.map((args) => cli.run("doctor", "-t", "1000", ...args)));
  for (const { code, stdout } of outcomes)
    expect([code, stdout]).toEqual([1, expect.stringContaining("does not answer")]);
});
