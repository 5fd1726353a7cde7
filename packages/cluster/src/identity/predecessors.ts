import { TopologyNews } from "./topology-news.ts";

/** The topology that a member has come to. */
export interface Arrival {
  readonly hash: bigint;
  /** The other members of ts-grain in it, by address. */
  readonly peers: readonly string[];
  /** Whether this member was in none before. */
  readonly isFirst: boolean;
}

/**
 * Those who were there before this member. By topologies that it has never heard of they may hold what it owns now, in place of whoever it
 * takes for the earlier owner: until they have told what they hold of it in the present topology. That holds for each topology, as what is
 * its own changes; but not for one who has once handed everything over in a topology with this member, since whatever it begins later it
 * owns in the knowledge of this one.
 */
export class Predecessors {
  /** Those who have not handed everything over yet, and of them those who have not told in the present topology what they hold. */
  #unsure = new Set<string>();
  #unheard = new Set<string>();
  /** Who has told something since it was last looked who is silent. */
  readonly #signs = new Set<string>();
  /** The topologies since the first, as long as anybody is unsure, and the last by which each has told. */
  #hashes = new Set<bigint>();
  #present = 0n;
  readonly #told = new TopologyNews();
  readonly #completed: TopologyNews;

  /** `completed`: by which topology each has handed over last. */
  constructor(completed: TopologyNews) {
    this.#completed = completed;
  }

  /** Whether all have told what they hold. */
  get areHeard(): boolean {
    return this.#unheard.size === 0;
  }

  moveTo({ hash, peers, isFirst }: Arrival): void {
    this.#present = hash;
    const earlier = isFirst ? peers : peers.filter((peer) => this.#unsure.has(peer));
    this.#hashes = isFirst ? new Set([hash]) : this.#hashes.add(hash);
    this.#unsure = new Set(earlier.filter((peer) => !this.#completed.isOneOf(peer, this.#hashes)));
    this.#unheard = new Set([...this.#unsure].filter((peer) => !this.#told.is(peer, hash)));
    if (isFirst) this.#signs.clear();
    if (this.#unsure.size === 0) this.#hashes.clear();
    this.#told.keep(peers);
  }

  /** One has told all that it holds of what this member owns in the topology of this hash. */
  hear(address: string, hash: bigint): void {
    this.#told.note(address, hash);
    if (this.#hashes.has(hash)) this.#signs.add(address);
    if (hash === this.#present) this.#unheard.delete(address);
  }

  /** One holds nothing that is not its own in the topology of this hash. */
  complete(address: string, hash: bigint): void {
    if (this.#hashes.has(hash)) this.#drop(address);
  }

  /** Waits no longer for those of whom nothing was heard since this was called last. */
  giveUpSilent(): void {
    for (const address of this.#unheard) if (!this.#signs.has(address)) this.#drop(address);
    this.#signs.clear();
  }

  #drop(address: string): void {
    this.#unheard.delete(address);
    this.#unsure.delete(address);
  }
}
