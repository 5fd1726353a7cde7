/** Ids of systems that are not talked to any more: members that left or were declared dead. It only grows. */
export class BlockList {
  readonly #ids = new Set<string>();
  readonly #onAdded: (systemId: string) => void;

  constructor(onAdded: (systemId: string) => void) {
    this.#onAdded = onAdded;
  }

  has(systemId: string): boolean {
    return this.#ids.has(systemId);
  }

  /**
   * The system's next connection is refused. One that it has open is closed 3 s later: by then who has left in order is
   * gone, and who does not know that it was declared dead finds out when it connects again.
   */
  add(systemId: string): void {
    if (this.#ids.has(systemId)) return;
    this.#ids.add(systemId);
    this.#onAdded(systemId);
  }
}
