import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { type Host, ip, nameHosts, removeNamespaces } from "./host.ts";

const program = fileURLToPath(new URL("rough-switch.py", import.meta.url));

/** How packets are treated, all of them and both ways. Shares are from 0 to 1; what is not named does not happen. */
export interface Treatment {
  readonly delayMs?: number;
  /** Milliseconds by which the delay is longer or shorter, by chance. */
  readonly jitterMs?: number;
  readonly lost?: number;
  readonly repeated?: number;
  /** Sent at once, before those that are under way. */
  readonly reordered?: number;
  /** With one bit that is wrong, which the checksum of TCP shows. */
  readonly spoiled?: number;
  /** With two words of the payload that have changed places, which the checksum of TCP does not show. */
  readonly forged?: number;
  readonly seed?: number;
}

/** What was done to packets. */
export type TreatmentCounts = Readonly<
  Record<"frames" | "lost" | "repeated" | "reordered" | "spoiled" | "forged", number>
>;

/**
 * A network of this test alone whose switch is a program of its own, since not every kernel can treat packets badly. Needs root, iproute2,
 * TAP devices and Python 3.
 */
export class RoughNetwork implements Disposable {
  readonly hosts: readonly Host[];
  readonly #namespace: string;
  #switch: ChildProcess | undefined;
  #answers: AsyncIterator<string> | undefined;

  private constructor(name: string, count: number) {
    this.#namespace = `${name}-sw`;
    this.hosts = nameHosts(name, count);
  }

  /** @param name at most eight letters and digits, unique on the machine */
  static async start(name: string, count: number): Promise<RoughNetwork> {
    const network = new RoughNetwork(name, count);
    try {
      await network.#build();
    } catch (error) {
      network[Symbol.dispose]();
      throw error;
    }
    return network;
  }

  /** Treats packets like this from now on; resolves with what was done to them until now. */
  async treat(treatment: Treatment): Promise<TreatmentCounts> {
    (this.#switch!.stdin as Writable).write(`${JSON.stringify(treatment)}\n`);
    return this.#answer();
  }

  [Symbol.dispose](): void {
    // It ends with its input.
    this.#switch?.stdin?.destroy();
    removeNamespaces([this.#namespace, ...this.hosts.map(({ namespace }) => namespace)]);
  }

  async #build(): Promise<void> {
    ip("netns", "add", this.#namespace);
    const command = ["netns", "exec", this.#namespace, "python3", program, `${this.hosts.length}`];
    const started = spawn("ip", command, { stdio: ["pipe", "pipe", "inherit"] });
    this.#switch = started;
    const failed = once(started, "exit").then(([code]) => {
      throw new Error(`the switch ended with ${code}`);
    });
    failed.catch(() => undefined);
    this.#answers = createInterface(started.stdout as Readable)[Symbol.asyncIterator]();
    await Promise.race([this.#answer(), failed]);
    for (const [port, host] of this.hosts.entries()) this.#connect(host, port);
  }

  async #answer(): Promise<TreatmentCounts> {
    const { value } = await this.#answers!.next();
    return JSON.parse(value as string) as TreatmentCounts;
  }

  #connect({ namespace, address }: Host, port: number): void {
    ip("netns", "add", namespace);
    ip("-n", this.#namespace, "link", "set", `port${port}`, "netns", namespace, "name", "eth0");
    const mac = `02:00:00:00:00:${port.toString(16).padStart(2, "0")}`;
    ip("-n", namespace, "link", "set", "eth0", "address", mac);
    ip("-n", namespace, "addr", "add", `${address}/24`, "dev", "eth0");
    ip("-n", namespace, "link", "set", "eth0", "up");
    ip("-n", namespace, "link", "set", "lo", "up");
  }
}
