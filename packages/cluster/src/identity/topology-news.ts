/** Of how many addresses something is remembered that may be about a topology which is not known here yet. */
const maxAddresses = 10_000;

/** By which topology each member has told something last. */
export class TopologyNews {
  readonly #hashes = new Map<string, bigint>();

  /** Whoever is connected may tell, also who is no member. */
  note(address: string, hash: bigint): void {
    this.#hashes.delete(address);
    if (this.#hashes.size >= maxAddresses) this.#hashes.delete(this.#hashes.keys().next().value!);
    this.#hashes.set(address, hash);
  }

  is(address: string, hash: bigint): boolean {
    return this.#hashes.get(address) === hash;
  }

  isOneOf(address: string, hashes: ReadonlySet<bigint>): boolean {
    const hash = this.#hashes.get(address);
    return hash !== undefined && hashes.has(hash);
  }

  /** Forgets all but these. */
  keep(addresses: readonly string[]): void {
    const kept = new Set(addresses);
    for (const address of this.#hashes.keys()) if (!kept.has(address)) this.#hashes.delete(address);
  }
}
