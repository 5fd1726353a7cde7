import type { Member } from "./member.ts";
import { murmur3 } from "./murmur3.ts";

/**
 * Who is in the cluster: a snapshot that never changes.
 *
 * @example
 * import type { Topology } from "@ts-grain/cluster";
 *
 * const isSame = (one: Topology, other: Topology): boolean => one.hash === other.hash;
 */
export interface Topology {
  /** Equal for equal sets of member ids, on members of every language. 0 when empty. */
  readonly hash: bigint;
  /** Ordered by id, byte by byte. */
  readonly members: readonly Member[];
}

/**
 * What changed between two snapshots, by member id.
 *
 * @example
 * import type { MemberList, TopologyChange } from "@ts-grain/cluster";
 *
 * const describe = ({ joined, left }: TopologyChange): string =>
 *   `+${joined.length} −${left.length}`;
 * const logChanges = (members: MemberList) =>
 *   members.subscribe((change) => console.error(describe(change)));
 */
export interface TopologyChange {
  readonly joined: readonly Member[];
  readonly left: readonly Member[];
}

/**
 * Published on the event stream of a member or client each time that its view of the cluster has changed.
 *
 * @example
 * import { type Cluster, TopologyChanged } from "@ts-grain/cluster";
 *
 * function logTopology({ system }: Cluster): void {
 *   system.eventStream.subscribe((event) => {
 *     if (event instanceof TopologyChanged)
 *       console.error(`${event.topology.members.length} members now`);
 *   });
 * }
 */
export class TopologyChanged implements TopologyChange {
  readonly topology: Topology;
  readonly joined: readonly Member[];
  readonly left: readonly Member[];

  constructor(topology: Topology, change: TopologyChange) {
    this.topology = topology;
    this.joined = change.joined;
    this.left = change.left;
  }
}

/** The snapshot of these members, in whichever order they come. */
export function createTopology(members: readonly Member[]): Topology {
  const encoder = new TextEncoder();
  const sorted = members
    .map((member) => ({ member, key: encoder.encode(member.id) }))
    .sort((a, b) => compareBytes(a.key, b.key));
  return {
    hash: sorted.length === 0 ? 0n : murmur3(concatenate(sorted.map(({ key }) => key))),
    members: sorted.map(({ member }) => member),
  };
}

/** Who joined and who left between two snapshots of one cluster. */
export function compareTopology(before: Topology, after: Topology): TopologyChange {
  return { joined: without(after.members, before.members), left: without(before.members, after.members) };
}

function without(members: readonly Member[], others: readonly Member[]): Member[] {
  const ids = new Set(others.map(({ id }) => id));
  return members.filter(({ id }) => !ids.has(id));
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const difference = a[index]! - b[index]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
