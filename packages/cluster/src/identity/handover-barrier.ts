import { memberAddress } from "../membership/member.ts";
import type { Topology } from "../membership/topology.ts";
import type { ClusterIdentity } from "./cluster-identity.ts";
import { Rendezvous } from "./rendezvous.ts";

const nobody = new Rendezvous([]);

/**
 * Keeps a new owner from activating an identity before its old owner has ended it.
 *
 * After each change of the topology every ts-grain member ends what it no longer owns, and then tells the others that
 * it has, naming the topology's hash. Until then, an identity that such a member owned in an earlier topology waits.
 * Members that have left hold nothing any more, and those of Proto.Actor Go never tell: neither is waited for.
 */
export class HandoverBarrier {
  readonly #self: string;
  /** The topologies before the present one in which somebody may still hold something. */
  #earlier: Rendezvous[] = [];
  #present: Rendezvous | undefined;
  #hash = 0n;
  #awaited = new Set<string>();
  readonly #completed = new Map<string, bigint>();

  /** @param self this member's address */
  constructor(self: string) {
    this.#self = self;
  }

  /** Who owns what now. */
  get rendezvous(): Rendezvous {
    return this.#present ?? nobody;
  }

  /** Whether everybody has told. */
  get isOpen(): boolean {
    return this.#awaited.size === 0;
  }

  /** The members that have not told yet, by address. */
  get awaited(): ReadonlySet<string> {
    return this.#awaited;
  }

  /** The topology has changed. */
  moveTo({ members, hash }: Topology): void {
    // What was before this member's first topology is that topology without this member.
    const others = members.filter((member) => memberAddress(member) !== this.#self);
    this.#earlier.push(this.#present ?? new Rendezvous(others));
    // After an empty one, the next is the first again.
    this.#present = members.length === 0 ? undefined : new Rendezvous(members);
    this.#hash = hash;
    const peers = others.filter(({ dialect }) => dialect === "ts-grain").map(memberAddress);
    this.#awaited = new Set(peers.filter((peer) => this.#completed.get(peer) !== hash));
    for (const address of this.#completed.keys())
      if (!peers.includes(address)) this.#completed.delete(address);
    this.#forgetIfOpen();
  }

  /** A member tells that it holds nothing that it does not own in the topology of this hash. */
  complete(address: string, hash: bigint): void {
    this.#completed.set(address, hash);
    if (hash === this.#hash) this.#awaited.delete(address);
    this.#forgetIfOpen();
  }

  /** Stops waiting for those who have not told. */
  giveUp(): void {
    this.#awaited.clear();
    this.#forgetIfOpen();
  }

  /** Whether nobody who is awaited owned the identity before. */
  lets(identity: ClusterIdentity): boolean {
    return this.#earlier.every((before) => {
      const owner = before.ownerOf(identity);
      return owner === undefined || !this.#awaited.has(owner);
    });
  }

  #forgetIfOpen(): void {
    if (this.isOpen) this.#earlier = [];
  }
}
