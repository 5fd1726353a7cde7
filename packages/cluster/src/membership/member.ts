/**
 * One process of the cluster, as its provider lists it.
 *
 * @example
 * import { type Cluster, type Member, memberAddress } from "@ts-grain/cluster";
 *
 * const hosts = (kind: string) => (member: Member) => member.kinds.includes(kind);
 * const addressesOf = ({ members }: Cluster, kind: string): readonly string[] =>
 *   members.topology.members.filter(hosts(kind)).map(memberAddress);
 */
export interface Member {
  /** Unique for each start of a process: the id of its actor system. */
  readonly id: string;
  readonly host: string;
  readonly port: number;
  /** Names of the kinds that it hosts, without duplicates. */
  readonly kinds: readonly string[];
  /** Which runtime it is: some promises hold only between members of ts-grain. */
  readonly dialect: "ts-grain" | "proto-actor";
}

/**
 * Where a member's remote listens: `host:port`, as in its PIDs.
 *
 * @example
 * import { memberAddress } from "@ts-grain/cluster";
 *
 * console.log(memberAddress({ host: "10.0.0.1", port: 8090 })); // prints: 10.0.0.1:8090
 */
export function memberAddress(member: Pick<Member, "host" | "port">): string {
  return `${member.host}:${member.port}`;
}

/** Splits an address at its last colon. */
export function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(":");
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}
