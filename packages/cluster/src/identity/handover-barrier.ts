import { memberAddress } from "../membership/member.ts";
import type { Topology } from "../membership/topology.ts";
import type { ClusterIdentity } from "./cluster-identity.ts";
import { Predecessors } from "./predecessors.ts";
import { Rendezvous } from "./rendezvous.ts";
import { TopologyNews } from "./topology-news.ts";

const nobody = new Rendezvous([]);

/** Whether one of the members at these addresses is known to have an identity. */
export type IsHeldBy = (identity: ClusterIdentity, addresses: ReadonlySet<string>) => boolean;

/**
 * Keeps a new owner from activating an identity before its old owner has ended it.
 *
 * After each change of the topology every ts-grain member ends what it no longer owns, and then tells the others that
 * it has, naming the topology's hash. Until then, an identity that such a member owned in an earlier topology waits; when it has been
 * given up, only what it is known to have.
 * Members that have left hold nothing any more, and those of Proto.Actor Go never tell: neither is waited for.
 */
export class HandoverBarrier {
  readonly #self: string;
  readonly #isHeldBy: IsHeldBy;
  /** The topologies before the present one in which somebody may still hold something. */
  #earlier: Rendezvous[] = [];
  #present: Rendezvous | undefined;
  #hash = 0n;
  #awaited = new Set<string>();
  /** Those of them who had not told by the topology before either. */
  #stillAwaited = new Set<string>();
  /** Those who have not told, and are not waited for any more. */
  readonly #givenUp = new Set<string>();
  readonly #completed = new TopologyNews();
  readonly #predecessors = new Predecessors(this.#completed);

  /** @param self this member's address */
  constructor(self: string, isHeldBy: IsHeldBy) {
    this.#self = self;
    this.#isHeldBy = isHeldBy;
  }

  /** Who owns what now. */
  get rendezvous(): Rendezvous {
    return this.#present ?? nobody;
  }

  /** Whether an identity is this member's. */
  owns(identity: ClusterIdentity): boolean {
    return this.rendezvous.ownerOf(identity) === this.#self;
  }

  /** Whether everybody has told. */
  get isOpen(): boolean {
    return this.#awaited.size === 0 && this.#givenUp.size === 0;
  }

  /** The members that are waited for, by address. */
  get awaited(): ReadonlySet<string> {
    return this.#awaited;
  }

  /** Those who were waited for, or given up, when the topology changed last, and are waited for since. */
  get stillAwaited(): ReadonlySet<string> {
    return this.#stillAwaited;
  }

  /** The topology has changed. */
  moveTo({ members, hash }: Topology): void {
    // What was before this member's first topology is that topology without this member.
    const others = members.filter((member) => memberAddress(member) !== this.#self);
    this.#earlier.push(this.#present ?? new Rendezvous(others));
    const isFirst = this.#present === undefined;
    // After an empty one, the next is the first again.
    this.#present = members.length === 0 ? undefined : new Rendezvous(members);
    this.#hash = hash;
    const peers = others.filter(({ dialect }) => dialect === "ts-grain").map(memberAddress);
    const behind = new Set([...this.#awaited, ...this.#givenUp]);
    this.#awaited = new Set(peers.filter((peer) => !this.#completed.is(peer, hash)));
    this.#stillAwaited = new Set([...this.#awaited].filter((peer) => behind.has(peer)));
    this.#givenUp.clear();
    this.#completed.keep(peers);
    this.#predecessors.moveTo({ hash, peers, isFirst });
    this.#forgetIfNobodyIsAwaited();
  }

  /** A member tells that it holds nothing that it does not own in the topology of this hash. */
  complete(address: string, hash: bigint): void {
    this.#completed.note(address, hash);
    this.#predecessors.complete(address, hash);
    if (hash === this.#hash) {
      this.#awaited.delete(address);
      this.#givenUp.delete(address);
    }
    this.#forgetIfNobodyIsAwaited();
  }

  /** A member has told all that it holds of what this one owns in the topology of this hash. */
  hear(address: string, hash: bigint): void {
    this.#predecessors.hear(address, hash);
  }

  /** Whether those who were there before this member have told what they hold. */
  get hasHeard(): boolean {
    return this.#predecessors.areHeard;
  }

  /** Stops waiting for those of whom nothing was heard since this was called last, but for what they owned in a topology that this member knows. */
  giveUpSilent(): void {
    this.#predecessors.giveUpSilent();
  }

  /** Stops waiting for some of those who have not told, but for what they are known to have. */
  giveUp(members: readonly string[]): void {
    for (const address of members) if (this.#awaited.delete(address)) this.#givenUp.add(address);
    this.#forgetIfNobodyIsAwaited();
  }

  /**
   * Whether all that were there before this member have told what they have, nobody who is awaited owned the identity before, and none of
   * those who have not told is known to have it.
   */
  lets(identity: ClusterIdentity): boolean {
    if (this.isOpen) return true;
    if (!this.hasHeard) return false;
    const isFree = this.#earlier.every((before) => {
      const owner = before.ownerOf(identity);
      return owner === undefined || !this.#awaited.has(owner);
    });
    return isFree && ![this.#awaited, this.#givenUp].some((silent) => this.#isHeldBy(identity, silent));
  }

  #forgetIfNobodyIsAwaited(): void {
    if (this.#awaited.size === 0) this.#earlier = [];
  }
}
