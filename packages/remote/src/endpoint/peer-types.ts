/** Who sent a type. What one peer says is not believed of another that goes by the same id. */
export interface TypeSource {
  readonly systemId: string;
  readonly address: string;
}

/** Types that connected peers have sent, and so have compiled in. Kept while they are connected. */
export class PeerTypes {
  /** By the peer's address, then by its system id. */
  readonly #types = new Map<string, Map<string, Set<string>>>();

  /** Notes a type that a peer sent. */
  learn({ systemId, address }: TypeSource, typeName: string): void {
    const here = this.#types.get(address) ?? new Map<string, Set<string>>();
    this.#types.set(address, here);
    const known = here.get(systemId);
    if (known === undefined) here.set(systemId, new Set([typeName]));
    else known.add(typeName);
  }

  knows({ systemId, address }: TypeSource, typeName: string): boolean {
    return this.#types.get(address)?.get(systemId)?.has(typeName) ?? false;
  }

  forget({ systemId, address }: TypeSource): void {
    const here = this.#types.get(address);
    here?.delete(systemId);
    if (here?.size === 0) this.#types.delete(address);
  }
}
