/** Ids of systems that are not talked to any more: members that left or were declared dead. It only grows. */
export class BlockList {
  readonly #ids = new Set<string>();

  has(systemId: string): boolean {
    return this.#ids.has(systemId);
  }

  add(systemId: string): void {
    this.#ids.add(systemId);
  }
}
