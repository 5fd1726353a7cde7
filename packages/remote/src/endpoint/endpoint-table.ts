import type { Process } from "@ts-grain/actor";
import { Endpoint } from "./endpoint.ts";
import type { EndpointServices } from "./endpoint-services.ts";
import type { OwedAnswer } from "./owed-answers.ts";
import { RemoteProcess } from "./remote-process.ts";

interface Entry {
  readonly endpoint: Endpoint;
  readonly process: Process;
}

/** The endpoints that live: one for each address that was sent to and is not known to be gone. */
export class EndpointTable {
  readonly #services: EndpointServices;
  readonly #onUntold: (systemId: string) => void;
  readonly #entries = new Map<string, Entry>();
  #isStopped = false;

  /** `onUntold` hears of systems whose watchers were to be told of ends, and cannot be, or may not have been. */
  constructor(services: EndpointServices, onUntold: (systemId: string) => void) {
    this.#services = services;
    this.#onUntold = onUntold;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Processes of peers that local actors watch, counted once for each watcher. */
  get watchCount(): number {
    let count = 0;
    for (const { endpoint } of this.#entries.values()) count += endpoint.watchCount;
    return count;
  }

  get(address: string): Endpoint | undefined {
    return this.#entries.get(address)?.endpoint;
  }

  /** The endpoint of an address; a new one does not connect before it has something to send. */
  obtain(address: string): Endpoint {
    const living = this.get(address);
    if (living !== undefined) return living;
    const endpoint = new Endpoint(address, this.#services, {
      onEnd: () => this.#entries.delete(address),
      onUntold: this.#onUntold,
      onOwed: (owed) => this.owe(address, owed),
    });
    this.#entries.set(address, { endpoint, process: this.#processAt(address) });
    return endpoint;
  }

  /** Takes an answer to a watch of a system that has, or says that it has, an address. */
  owe(address: string, owed: OwedAnswer): void {
    if (!this.#isStopped) this.obtain(address).owe(owed);
  }

  /** The process behind all PIDs of an address. It costs no endpoint until something is sent. */
  processAt(address: string): Process {
    return this.#entries.get(address)?.process ?? this.#processAt(address);
  }

  /** The connections that are being opened for what waits. */
  get opening(): readonly Promise<void>[] {
    return [...this.#entries.values()].flatMap(({ endpoint }) => endpoint.opening ?? []);
  }

  /** Terminates all, and begins none for what is owed after that. */
  stop(how: "gracefully" | "at once"): void {
    this.#isStopped = true;
    this.terminateAll(how);
  }

  terminateAll(how: "gracefully" | "at once"): void {
    for (const { endpoint } of [...this.#entries.values()]) endpoint.terminate("stopped", how);
  }

  #processAt(address: string): Process {
    return new RemoteProcess(() => this.obtain(address));
  }
}
