import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePorts } from "@ts-grain/cluster/testing";
import { expect, test } from "vitest";
import { TextMember } from "./text-member.ts";

const program = fileURLToPath(new URL("named-caller.ts", import.meta.url));

/** Whether a process may see another /etc/hosts than others; with a loud line, if not. In CI util-linux must be there, though it may be refused. */
function canRename(): boolean {
  try {
    execFileSync("unshare", ["--mount", "true"], { stdio: "pipe" });
    return true;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    if (isMissing && process.env["CI"] === "true") throw error;
    console.warn(
      "\n!!! NOT TESTED: names that change, because mount namespaces need root and util-linux !!!\n",
    );
    return false;
  }
}

/** A member in a process of its own, with an /etc/hosts of its own. */
class NamedCaller implements AsyncDisposable {
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(folder: string, process: ChildProcess) {
    this.#folder = folder;
    this.#process = process;
  }

  static async start(): Promise<NamedCaller> {
    const folder = mkdtempSync(join(tmpdir(), "ts-grain-hosts-"));
    const hosts = join(folder, "hosts");
    writeFileSync(hosts, "");
    const script = 'mount --bind "$0" /etc/hosts && exec "$@"';
    const args = [
      "--mount",
      "sh",
      "-c",
      script,
      hosts,
      process.execPath,
      "--conditions=@ts-grain/source",
      program,
    ];
    const child = spawn("unshare", args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    await once(child, "message");
    return new NamedCaller(folder, child);
  }

  /** What `peer.test` stands for from now on: all these addresses. */
  rename(...addresses: readonly string[]): void {
    writeFileSync(join(this.#folder, "hosts"), addresses.map((address) => `${address} peer.test\n`).join(""));
  }

  /** What `peer.test` answers: a value, or the code of an error. */
  async ask(port: number): Promise<unknown> {
    this.#process.send(`peer.test:${port}`);
    const [answer] = (await once(this.#process, "message")) as [unknown];
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.#process, "exit");
    this.#process.disconnect();
    await exit;
    rmSync(this.#folder, { recursive: true });
  }
}

test.skipIf(!canRename())(
  "N13 a name is looked up at each attempt: it may stand for nothing, for an address that changes, or for several",
  {
    timeout: 60_000,
  },
  async () => {
    const [port] = await freePorts(1);
    const listenAs = (host: string) =>
      TextMember.start({ host, port: port!, advertisedHost: `peer.test:${port}` });
    await using caller = await NamedCaller.start();
    expect(await caller.ask(port!)).toEqual({ code: "dead_letter" });
    const first = await listenAs("127.0.7.1");
    caller.rename("127.0.7.1");
    expect(await caller.ask(port!)).toEqual({ value: "ts: hello" });
    await first[Symbol.asyncDispose]();
    const second = await listenAs("127.0.7.2");
    caller.rename("127.0.7.2");
    await expect.poll(() => caller.ask(port!), { timeout: 10_000 }).toEqual({ value: "ts: hello" });
    await second[Symbol.asyncDispose]();
    await using _third = await listenAs("127.0.7.3");
    // Nobody listens at the first.
    caller.rename("127.0.7.4", "127.0.7.3");
    await expect.poll(() => caller.ask(port!), { timeout: 10_000 }).toEqual({ value: "ts: hello" });
  },
);
