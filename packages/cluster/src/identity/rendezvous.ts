import { type Member, memberAddress } from "../membership/member.ts";
import type { ClusterIdentity } from "./cluster-identity.ts";

const offsetBasis = 0x811c_9dc5;
const prime = 0x0100_0193;

interface Candidate {
  readonly address: string;
  readonly bytes: Uint8Array;
}

/**
 * Says which member owns an identity, so that every member of either language says the same.
 *
 * Rendezvous hashing as Proto.Actor Go does it: among the members that host the kind, in the order of their ids, the
 * first with the highest FNV-1a-32 of `identity` followed by the member's address. FNV-1a: Fowler, Noll, Vo.
 *
 * @example
 * import { type Member, Rendezvous } from "@ts-grain/cluster";
 *
 * const member = (id: string, port: number): Member => ({
 *   id,
 *   host: "10.0.0.1",
 *   port,
 *   kinds: ["Bulb"],
 *   dialect: "ts-grain",
 * });
 * const rendezvous = new Rendezvous([member("a", 8090), member("b", 8091)]);
 * const owner = rendezvous.ownerOf({ kind: "Bulb", identity: "kitchen" });
 * console.log(owner === rendezvous.ownerOf({ kind: "Bulb", identity: "kitchen" })); // prints: true
 */
export class Rendezvous {
  readonly #members: readonly Member[];
  readonly #candidates = new Map<string, readonly Candidate[]>();
  readonly #encoder = new TextEncoder();

  /** @param members ordered by id, as a topology has them */
  constructor(members: readonly Member[]) {
    this.#members = members;
  }

  /** The address of the owner, or undefined if no member hosts the kind. */
  ownerOf({ kind, identity }: ClusterIdentity): string | undefined {
    const candidates = this.#candidatesFor(kind);
    if (candidates.length <= 1) return candidates[0]?.address;
    const prefix = this.#hash(identity);
    let owner: string | undefined;
    let best = 0;
    for (const { address, bytes } of candidates) {
      const score = fnv1a(prefix, bytes);
      if (score > best) {
        best = score;
        owner = address;
      }
    }
    return owner;
  }

  /** What is ASCII needs no bytes made of it. */
  #hash(identity: string): number {
    let hash = offsetBasis;
    for (let index = 0; index < identity.length; index++) {
      const unit = identity.charCodeAt(index);
      if (unit > 0x7f) return fnv1a(offsetBasis, this.#encoder.encode(identity));
      hash = Math.imul(hash ^ unit, prime);
    }
    return hash >>> 0;
  }

  #candidatesFor(kind: string): readonly Candidate[] {
    let candidates = this.#candidates.get(kind);
    if (!candidates) {
      candidates = this.#members
        .filter(({ kinds }) => kinds.includes(kind))
        .map(memberAddress)
        .map((address) => ({ address, bytes: this.#encoder.encode(address) }));
      // Kinds that nobody hosts are not kept: their names may come from anywhere.
      if (candidates.length > 0) this.#candidates.set(kind, candidates);
    }
    return candidates;
  }
}

/** Continues an FNV-1a-32 hash over more bytes. */
function fnv1a(start: number, bytes: Uint8Array): number {
  let hash = start;
  for (let index = 0; index < bytes.length; index++) {
    hash = Math.imul(hash ^ bytes[index]!, prime);
  }
  return hash >>> 0;
}
