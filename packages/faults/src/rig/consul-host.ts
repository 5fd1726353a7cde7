import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ServerProcess } from "@ts-grain/cluster/testing";
import type { Host } from "./host.ts";

const run = promisify(execFile);

/** A Consul on a host of a network. */
export class ConsulHost {
  readonly address: string;
  readonly #process: ServerProcess;

  private constructor(address: string, process: ServerProcess) {
    this.address = address;
    this.#process = process;
  }

  /** Resolves when it has a leader. */
  static async start(consul: string, { address, prefix }: Host): Promise<ConsulHost> {
    const url = `http://${address}:8500`;
    const [program, ...args] = [
      ...prefix,
      consul,
      ...["agent", "-dev", "-bind", address, "-client", address, "-http-port", "8500"],
      ...["-dns-port", "-1", "-grpc-port", "-1", "-serf-wan-port", "-1", "-log-level", "warn"],
    ];
    const script = `fetch("${url}/v1/status/leader").then(async (r) => process.exit((await r.text()).includes(":") ? 0 : 1))`;
    const [command, ...asking] = [...prefix, process.execPath, "-e", script];
    const isReady = (): Promise<boolean> => run(command!, asking).then(() => true);
    return new ConsulHost(url, await ServerProcess.start({ program: program!, args, isReady }));
  }

  /** Lets it accept connections and answer nothing. */
  freeze(): void {
    this.#process.freeze();
  }

  /** Lets it go on. */
  thaw(): void {
    this.#process.thaw();
  }

  /** Ends it without a word. */
  kill(): Promise<void> {
    return this.#process.kill();
  }

  /** Starts it anew after it was killed; it remembers nothing. */
  restartEmpty(): Promise<void> {
    return this.#process.start();
  }
}
