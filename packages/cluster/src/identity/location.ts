import type { PID } from "@ts-grain/actor";

/**
 * Where a grain is, as far as this process knows, and how many calls of this process to it have not settled.
 *
 * @example
 * import { type ClusterIdentity, Location, type LookupSession, type PID } from "@ts-grain/cluster";
 *
 * class PlacedHere extends Location {
 *   readonly pid: PID;
 *
 *   constructor(pid: PID) {
 *     super();
 *     this.pid = pid;
 *   }
 * }
 *
 * // For those who write a lookup: what it gives out as long as the activation takes calls.
 * function findHere(placed: ReadonlyMap<string, PlacedHere>): LookupSession["findHere"] {
 *   return ({ identity }: ClusterIdentity) => placed.get(identity);
 * }
 */
export abstract class Location {
  #underWay = 0;
  #settled: PromiseWithResolvers<void> | undefined = undefined;

  abstract readonly pid: PID;

  /**
   * @internal Who has placed it in this process, to be sent a `CallHere` for each call as long as it may do without an actor, or earlier ones are on
   * that way; undefined if calls go to the PID.
   */
  get parent(): PID | undefined {
    return undefined;
  }

  /** @internal A call that was sent there has failed, and has perhaps not come there: it may wait for nobody to begin. */
  afterFailure(): void {}

  /** Whether no call is under way. */
  get isSettled(): boolean {
    return this.#underWay === 0;
  }

  /** A call is sent there. */
  begin(): void {
    this.#underWay++;
  }

  /** A call that was sent there has settled. */
  end(): void {
    this.#underWay--;
    if (this.#underWay > 0) return;
    this.#settled?.resolve();
    this.#settled = undefined;
  }

  /** Resolves when no call is under way. Others may begin later. */
  async settled(): Promise<void> {
    if (this.isSettled) return;
    this.#settled ??= Promise.withResolvers();
    await this.#settled.promise;
  }
}
