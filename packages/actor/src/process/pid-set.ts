import type { PID } from "../pid/pid.ts";
import type { ProcessRegistry } from "./process-registry.ts";

/**
 * Different processes, in the order in which they were added. A PID's request id does not count.
 *
 * @example
 * import { ActorSystem, PID, PIDSet } from "@ts-grain/actor";
 *
 * const guests = new PIDSet(new ActorSystem().processes);
 * guests.add(new PID("10.0.0.1:8090", "ada"));
 * guests.add(new PID("10.0.0.1:8090", "ada"));
 * console.log(guests.size); // prints: 1
 */
export class PIDSet implements Iterable<PID> {
  readonly #pids = new Map<string, PID>();
  readonly #processes: ProcessRegistry;

  constructor(processes: ProcessRegistry) {
    this.#processes = processes;
  }

  get size(): number {
    return this.#pids.size;
  }

  /** Adds a process, and returns whether it was not there before. */
  add(pid: PID): boolean {
    const key = this.#processes.keyOf(pid);
    if (this.#pids.has(key)) return false;
    this.#pids.set(key, pid);
    return true;
  }

  /** Takes a process out, and returns whether it was there. */
  delete(pid: PID): boolean {
    return this.#pids.delete(this.#processes.keyOf(pid));
  }

  has(pid: PID): boolean {
    return this.#pids.has(this.#processes.keyOf(pid));
  }

  clear(): void {
    this.#pids.clear();
  }

  [Symbol.iterator](): IterableIterator<PID> {
    return this.#pids.values();
  }
}
