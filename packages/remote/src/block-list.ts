/** Ids that are remembered. Who left so long ago that as many others have left since has its id in nobody's memory. */
const maxIds = 1_000;

/**
 * Ids of systems that are not talked to any more: members that left or were declared dead, the newest thousand.
 *
 * @example
 * import type { BlockList, Remote } from "@ts-grain/remote";
 *
 * function shutOut({ blockList }: Remote, systemId: string): boolean {
 *   const list: BlockList = blockList;
 *   list.add(systemId);
 *   return list.has(systemId);
 * }
 */
export class BlockList {
  readonly #ids = new Set<string>();
  readonly #onAdded: (systemId: string) => void;

  constructor(onAdded: (systemId: string) => void) {
    this.#onAdded = onAdded;
  }

  has(systemId: string): boolean {
    return this.#ids.has(systemId);
  }

  /** Forgets all: they may connect again. */
  clear(): void {
    this.#ids.clear();
  }

  /**
   * The system's next connection is refused. One that it has open is closed 3 s later: by then who has left in order is
   * gone, and who does not know that it was declared dead finds out when it connects again.
   */
  add(systemId: string): void {
    if (this.#ids.has(systemId)) return;
    this.#ids.add(systemId);
    if (this.#ids.size > maxIds) this.#ids.delete(this.#ids.values().next().value!);
    this.#onAdded(systemId);
  }
}
