import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FaultyServer, freePorts, ServerProcess } from "@ts-grain/cluster/testing";

/**
 * How to start an etcd.
 *
 * @see {@link EtcdServer}
 */
export interface EtcdServerOptions {
  /** The path of etcd 3.4 or newer. Default: `etcd`, found in the PATH. */
  readonly program?: string | undefined;
  /** How many nodes it has. Default 1. */
  readonly nodes?: number | undefined;
  /** Further flags by their names, without the dashes. Default none. */
  readonly flags?: Readonly<Record<string, string>> | undefined;
}

interface EtcdNode {
  readonly client: string;
  readonly peer: string;
  readonly process: ServerProcess;
}

/**
 * An etcd of a test's own, on loopback ports and a temporary folder.
 *
 * @example
 * import { EtcdProvider } from "@ts-grain/cluster-etcd";
 * import { EtcdServer } from "@ts-grain/cluster-etcd/testing";
 * import { test } from "vitest";
 *
 * test("members outlast the loss of a node", async () => {
 *   await using etcd = await EtcdServer.start({ nodes: 3 });
 *   const provider = new EtcdProvider({ endpoints: etcd.endpoints, ttlMs: 2_000 });
 *   // … start members with the provider …
 *   etcd.freeze(0);
 * });
 */
export class EtcdServer implements AsyncDisposable, FaultyServer {
  readonly #nodes: readonly EtcdNode[];
  readonly #folder: string;

  private constructor(nodes: readonly EtcdNode[], folder: string) {
    this.#nodes = nodes;
    this.#folder = folder;
  }

  /** Resolves when all nodes answer. @throws Error with what it printed, when one does not start. */
  static async start(options: EtcdServerOptions = {}): Promise<EtcdServer> {
    const { program = "etcd", nodes: size = 1, flags = {} } = options;
    const folder = mkdtempSync(join(tmpdir(), "ts-grain-etcd-"));
    const ports = await freePorts(2 * size);
    const urls = Array.from({ length: size }, (_node, index) => ({
      name: `node-${index}`,
      client: `http://127.0.0.1:${ports[2 * index]}`,
      peer: `http://127.0.0.1:${ports[2 * index + 1]}`,
    }));
    const cluster = urls.map(({ name, peer }) => `${name}=${peer}`).join(",");
    const starting = urls.map(async ({ name, client, peer }) => {
      const allFlags = {
        name,
        "data-dir": join(folder, name),
        "listen-client-urls": client,
        "advertise-client-urls": client,
        "listen-peer-urls": peer,
        "initial-advertise-peer-urls": peer,
        "initial-cluster": cluster,
        logger: "zap",
        "log-level": "error",
        ...flags,
      };
      const args = Object.entries(allFlags).map(([option, value]) => `--${option}=${value}`);
      const process = await ServerProcess.start({ program, args, isReady: () => isHealthy(client) });
      return { client, peer, process };
    });
    return new EtcdServer(await Promise.all(starting), folder);
  }

  /** The client URLs of its nodes. */
  get endpoints(): readonly string[] {
    return this.#nodes.map(({ client }) => client);
  }

  /** Lets a node accept connections and answer nothing. */
  freeze(node = 0): void {
    this.#nodes[node]?.process.freeze();
  }

  /** Lets a frozen node go on. */
  thaw(node = 0): void {
    this.#nodes[node]?.process.thaw();
  }

  /** Ends all nodes without a word. */
  async kill(): Promise<void> {
    await Promise.all(this.#nodes.map(({ process }) => process.kill()));
  }

  /** Starts it anew at the same addresses after it was killed; it remembers nothing. */
  async restartEmpty(): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
    await Promise.all(this.#nodes.map(({ process }) => process.start()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function isHealthy(url: string): Promise<boolean> {
  const response = await fetch(`${url}/health`);
  return (await response.text()).includes("true");
}
