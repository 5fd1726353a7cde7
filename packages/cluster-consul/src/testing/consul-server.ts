import { type FaultyServer, freePorts, ServerProcess } from "@ts-grain/cluster/testing";

/**
 * A Consul of a test's own: one agent in development mode, which keeps everything in memory, on loopback ports.
 *
 * @example
 * import { ConsulProvider } from "@ts-grain/cluster-consul";
 * import { ConsulServer } from "@ts-grain/cluster-consul/testing";
 * import { test } from "vitest";
 *
 * test("members outlast an outage of Consul", async () => {
 *   await using consul = await ConsulServer.start();
 *   const provider = new ConsulProvider({
 *     address: consul.address,
 *     ttlMs: 1_000,
 *     refreshMs: 300,
 *   });
 *   // … start members with the provider …
 *   await consul.kill();
 *   await consul.restartEmpty();
 * });
 */
export class ConsulServer implements AsyncDisposable, FaultyServer {
  /** Its HTTP address, as a URL. */
  readonly address: string;
  readonly #process: ServerProcess;

  private constructor(address: string, process: ServerProcess) {
    this.address = address;
    this.#process = process;
  }

  /**
   * Resolves when Consul has a leader.
   *
   * @param program the path of Consul 1.8 or newer. Default: `consul`, found in the PATH.
   * @throws Error with what it printed, when it does not start.
   */
  static async start(program = "consul"): Promise<ConsulServer> {
    const [http, serf, server] = await freePorts(3);
    const address = `http://127.0.0.1:${http}`;
    const options = {
      bind: "127.0.0.1",
      client: "127.0.0.1",
      "http-port": http,
      "serf-lan-port": serf,
      "server-port": server,
      "serf-wan-port": -1,
      "dns-port": -1,
      "grpc-port": -1,
      "log-level": "warn",
    };
    const args = [
      "agent",
      "-dev",
      ...Object.entries(options).flatMap(([name, value]) => [`-${name}`, `${value}`]),
    ];
    const process = await ServerProcess.start({ program, args, isReady: () => hasLeader(address) });
    return new ConsulServer(address, process);
  }

  /** Lets it accept connections and answer nothing, as behind a cable that was pulled. */
  freeze(): void {
    this.#process.freeze();
  }

  /** Lets a frozen Consul go on. */
  thaw(): void {
    this.#process.thaw();
  }

  /** Ends it without a word. */
  kill(): Promise<void> {
    return this.#process.kill();
  }

  /** Starts it anew at the same address after it was killed; it remembers nothing. */
  restartEmpty(): Promise<void> {
    return this.#process.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.kill();
  }
}

async function hasLeader(address: string): Promise<boolean> {
  const response = await fetch(`${address}/v1/status/leader`);
  return (await response.text()).includes(":");
}
