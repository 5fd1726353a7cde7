import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { systemRandom } from "@ts-grain/actor";

const host = "127.0.0.1";

/**
 * Ports that no system lends to outgoing connections: Linux does from 32,768, others from 49,152. One that it lends is
 * free now and taken a moment later, by any process that connects to anything.
 */
const firstPort = 10_000;
const lastPort = 29_999;

/** How many ports a process claims at once; the first of them is the claim. */
const blockSize = 50;
const blocks = (lastPort - firstPort + 1) / blockSize;

/** Hands out the ports of blocks that no other process hands out, as long as this one lives. */
class ClaimedPorts {
  #next = 0;
  #end = 0;
  #claiming: Promise<void> | undefined;

  async take(): Promise<number> {
    while (this.#next === this.#end) {
      this.#claiming ??= this.#claim().finally(() => {
        this.#claiming = undefined;
      });
      await this.#claiming;
    }
    const port = this.#next;
    this.#next++;
    const server = await listen(port);
    if (!server) return this.take();
    await once(server.close(), "close");
    return port;
  }

  /** Listens on a block's first port, which the system lets only one process do, and frees when that ends. */
  async #claim(): Promise<void> {
    const start = Math.floor(systemRandom.next() * blocks);
    for (let tried = 0; tried < blocks; tried++) {
      const port = firstPort + ((start + tried) % blocks) * blockSize;
      const server = await listen(port);
      if (!server) continue;
      server.unref();
      this.#next = port + 1;
      this.#end = port + blockSize;
      return;
    }
    throw new Error(`no ${blockSize} ports between ${firstPort} and ${lastPort} of ${host} are free`);
  }
}

/** Of the process, as ports are. */
const claimed = new ClaimedPorts();

/**
 * Ports of the loopback interface that nobody listens on, each another one. They stay free for who asked: no other
 * process that asks gets them, nor do outgoing connections, as long as this process lives.
 *
 * @throws Error when none are left of those between 10,000 and 29,999.
 *
 * @example
 * import { freePorts } from "@ts-grain/cluster/testing";
 *
 * const [one, other] = await freePorts(2);
 * console.log(one !== other); // prints: true
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await claimed.take());
  return ports;
}

/** Undefined when somebody else listens there. */
async function listen(port: number): Promise<Server | undefined> {
  const server = createServer();
  try {
    await once(server.listen(port, host), "listening");
    return server;
  } catch {
    return undefined;
  }
}
