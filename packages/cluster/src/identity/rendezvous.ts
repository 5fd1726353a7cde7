import { type Member, memberAddress } from "../membership/member.ts";
import type { ClusterIdentity } from "./cluster-identity.ts";

const offsetBasis = 0x811c_9dc5;
const prime = 0x0100_0193;

interface Candidate {
  readonly address: string;
  /** The end of the address: what follows after the part that all have in common. */
  readonly bytes: Uint8Array;
}

/** The members that host a kind. */
interface Candidates {
  /** With what all their addresses begin: so much of them is hashed once. */
  readonly common: Uint8Array;
  readonly each: readonly Candidate[];
}

const encoder = new TextEncoder();

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
  readonly #candidates = new Map<string, Candidates>();

  /** @param members ordered by id, as a topology has them */
  constructor(members: readonly Member[]) {
    this.#members = members;
  }

  /** The address of the owner, or undefined if no member hosts the kind. */
  ownerOf({ kind, identity }: ClusterIdentity): string | undefined {
    return this.#ownerFor(kind, identity);
  }

  // By itself, as what is asked with is of many shapes, and each new one has what reads it compiled anew.
  #ownerFor(kind: string, identity: string): string | undefined {
    const { common, each } = this.#candidatesFor(kind);
    if (each.length <= 1) return each[0]?.address;
    const prefix = fnv1a(hashOf(identity), common);
    let owner: string | undefined;
    let best = 0;
    for (const { address, bytes } of each) {
      const score = fnv1a(prefix, bytes);
      if (score > best) {
        best = score;
        owner = address;
      }
    }
    return owner;
  }

  #candidatesFor(kind: string): Candidates {
    let candidates = this.#candidates.get(kind);
    if (!candidates) {
      const hosts = this.#members.filter(({ kinds }) => kinds.includes(kind));
      candidates = candidatesOf(hosts.map(memberAddress));
      // Kinds that nobody hosts are not kept: their names may come from anywhere.
      if (hosts.length > 0) this.#candidates.set(kind, candidates);
    }
    return candidates;
  }
}

function candidatesOf(addresses: readonly string[]): Candidates {
  const all = addresses.map((address) => ({ address, bytes: encoder.encode(address) }));
  const [first, ...others] = all.map(({ bytes }) => bytes);
  if (!first) return { common: new Uint8Array(), each: [] };
  const isCommon = (byte: number, index: number) => others.every((bytes) => bytes[index] === byte);
  const differsAt = first.findIndex((byte, index) => !isCommon(byte, index));
  const length = differsAt === -1 ? first.length : differsAt;
  const each = all.map(({ address, bytes }) => ({ address, bytes: bytes.slice(length) }));
  return { common: first.slice(0, length), each };
}

/** What is ASCII needs no bytes made of it. */
function hashOf(identity: string): number {
  let hash = offsetBasis;
  for (let index = 0; index < identity.length; index++) {
    const unit = identity.charCodeAt(index);
    if (unit > 0x7f) return fnv1a(offsetBasis, encoder.encode(identity));
    hash = Math.imul(hash ^ unit, prime);
  }
  return hash >>> 0;
}

/** Continues an FNV-1a-32 hash over more bytes. */
function fnv1a(start: number, bytes: Uint8Array): number {
  let hash = start;
  for (let index = 0; index < bytes.length; index++) {
    hash = Math.imul(hash ^ bytes[index]!, prime);
  }
  return hash >>> 0;
}
