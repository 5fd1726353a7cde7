import type { ClusterIdentity } from "../identity/cluster-identity.ts";

/** A grain that may be active. It holds its own place in {@link ActiveGrains}. */
export interface ActiveNode extends ClusterIdentity {
  /** The one that became active before it. */
  older: ActiveNode | undefined;
  /** The one that became active after it. */
  younger: ActiveNode | undefined;
}

/** The grains that are active in this process, linked through the grains themselves: two fields of each instead of its entry in a table. */
export class ActiveGrains implements Iterable<ClusterIdentity> {
  #oldest: ActiveNode | undefined;
  #youngest: ActiveNode | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Takes a grain that is not there. */
  add(grain: ActiveNode): void {
    grain.older = this.#youngest;
    if (this.#youngest) this.#youngest.younger = grain;
    else this.#oldest = grain;
    this.#youngest = grain;
    this.#size++;
  }

  /** Lets go of a grain, if it is there. */
  delete(grain: ActiveNode): void {
    if (!grain.older && grain !== this.#oldest) return;
    if (grain.older) grain.older.younger = grain.younger;
    else this.#oldest = grain.younger;
    if (grain.younger) grain.younger.older = grain.older;
    else this.#youngest = grain.older;
    grain.older = undefined;
    grain.younger = undefined;
    this.#size--;
  }

  /** The oldest first. */
  *[Symbol.iterator](): Iterator<ClusterIdentity> {
    for (let grain = this.#oldest; grain; grain = grain.younger) yield grain;
  }
}
