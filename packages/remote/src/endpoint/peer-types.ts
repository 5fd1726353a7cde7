/** Types that connected peers have sent, and so have compiled in. Kept while they are connected. */
export class PeerTypes {
  /** By the peer's system id. */
  readonly #types = new Map<string, Set<string>>();

  /** Notes a type that a peer sent. */
  learn(systemId: string, typeName: string): void {
    const known = this.#types.get(systemId);
    if (known === undefined) this.#types.set(systemId, new Set([typeName]));
    else known.add(typeName);
  }

  knows(systemId: string, typeName: string): boolean {
    return this.#types.get(systemId)?.has(typeName) ?? false;
  }

  forget(systemId: string): void {
    this.#types.delete(systemId);
  }
}
