import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ConsulServer } from "@ts-grain/cluster-consul/testing";
import { describe, expect, onTestFinished, test } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const getServer = fileURLToPath(new URL("../../../scripts/get-server.mjs", import.meta.url));

/** The path of a Consul; undefined, with a loud line, if none can be had. In CI that is an error. */
function findConsul(): string | undefined {
  try {
    return execFileSync(process.execPath, [getServer, "consul"], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    console.warn("\n!!! NOT TESTED: the tutorial with a real Consul, which cannot be had here !!!\n");
    return undefined;
  }
}

/** The program in a terminal. */
class Terminal {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  errors = "";

  constructor(args: readonly string[], environment: Record<string, string>) {
    const options = { env: { ...process.env, ...environment } };
    this.#child = spawn(process.execPath, ["--conditions=@ts-grain/source", main, ...args], options);
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
    this.#child.stderr.on("data", (text) => {
      this.errors += String(text);
    });
    onTestFinished(() => void this.#child.kill("SIGKILL"));
  }

  /** The next lines, with what differs from run to run made alike. */
  async read(count: number): Promise<readonly string[]> {
    const lines: string[] = [];
    while (lines.length < count) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`the program has ended: ${this.errors}`);
      lines.push(String(value).replace(/localhost:\d+/g, "localhost:PORT"));
    }
    return lines;
  }

  /** Sends a signal; resolves with the exit code and the milliseconds that it took. */
  async end(signal: NodeJS.Signals): Promise<{ readonly code: number | null; readonly tookMs: number }> {
    const startMs = performance.now();
    const exit = once(this.#child, "exit");
    this.#child.kill(signal);
    const [code] = await exit;
    return { code, tookMs: performance.now() - startMs };
  }
}

/** A folder of its own for temporary files. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ts-grain-tutorial-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function servicesOf(address: string): Promise<readonly string[]> {
  return Object.keys((await (await fetch(`${address}/v1/agent/services`)).json()) as object);
}

/** What the README shows that a terminal prints. */
function shown(terminal: "first" | "second"): readonly string[] {
  const block =
    new RegExp(`In the ${terminal} terminal[^]*?\`\`\`text\\n([^]*?)\`\`\``).exec(readme)?.[1] ?? "";
  return block.trimEnd().split("\n");
}

const consulProgram = findConsul();

describe.skipIf(consulProgram === undefined)("in two terminals, on a real Consul", () => {
  test("the second finds the bulb that the first turned on, and both leave in order", {
    timeout: 60_000,
  }, async () => {
    await using consul = await ConsulServer.start(consulProgram);
    const environment = { CONSUL_HTTP_ADDR: consul.address, TMPDIR: temporaryFolder() };
    const args = ["--provider", "consul"];
    const first = new Terminal(args, environment);
    expect(await first.read(4)).toEqual(shown("first"));
    const second = new Terminal(args, environment);
    expect(await second.read(4)).toEqual(shown("second"));
    expect(await servicesOf(consul.address)).toHaveLength(2);
    for (const [terminal, signal, left] of [
      [second, "SIGTERM", 1],
      [first, "SIGINT", 0],
    ] as const) {
      const { code, tookMs } = await terminal.end(signal);
      expect([code, terminal.errors]).toEqual([0, ""]);
      expect(tookMs).toBeLessThan(10_000);
      expect(await servicesOf(consul.address)).toHaveLength(left);
    }
  });
});

test("an unknown provider is named", async () => {
  const terminal = new Terminal(["--provider", "zookeeper"], {});
  await expect(terminal.read(1)).rejects.toThrow(/zookeeper/);
});
