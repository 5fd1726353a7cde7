import type { HomeProcess, ProcessHome } from "./process.ts";

/**
 * Names a process: where it is, and which one it is there.
 *
 * The PID of a local actor follows the address of its system, which changes from `nonhost` when the system gets a
 * remote. The id of an actor without a name is chosen when it is first read.
 *
 * @example
 * import { PID } from "@ts-grain/actor";
 *
 * const kitchen = new PID("10.0.0.1:8090", "kitchen");
 * console.log(kitchen.id, kitchen.equals(new PID("10.0.0.1:8090", "hall"))); // prints: kitchen false
 */
export class PID {
  /** 0, or the request that a reply sent to this PID belongs to: an unsigned 32-bit number. */
  readonly requestId: number;
  /** @internal The address, or who knows it. */
  readonly home: string | ProcessHome;
  /** @internal The local process, once it is known. */
  process: HomeProcess | undefined = undefined;
  #id: string | undefined;

  constructor(address: string, id: string, requestId?: number);
  /** @internal Follows the address of its home; without an id, the process chooses one when asked. */
  constructor(home: ProcessHome, id: string | undefined, requestId?: number);
  constructor(home: string | ProcessHome, id: string | undefined, requestId = 0) {
    this.home = home;
    this.requestId = requestId;
    this.#id = id;
  }

  /** Host and port of the process's system; `nonhost` while that system has no remote. */
  get address(): string {
    return typeof this.home === "string" ? this.home : this.home.address;
  }

  /** Which process it is at its address. */
  get id(): string {
    // Only a PID that was made for a process lacks an id.
    this.#id ??= this.process!.chooseId();
    return this.#id;
  }

  /** Whether somebody may know the process by its id. */
  get hasId(): boolean {
    return this.#id !== undefined;
  }

  /** Whether both name the same process, and the same request of it. */
  equals(other: PID): boolean {
    if (this === other) return true;
    // An id that was never read is in no second PID.
    if (!this.hasId || !other.hasId) return false;
    return this.id === other.id && this.address === other.address && this.requestId === other.requestId;
  }

  toString(): string {
    return `${this.address}/${this.id}`;
  }

  toJSON(): { readonly address: string; readonly id: string; readonly requestId?: number } {
    const { address, id, requestId } = this;
    return requestId === 0 ? { address, id } : { address, id, requestId };
  }
}
