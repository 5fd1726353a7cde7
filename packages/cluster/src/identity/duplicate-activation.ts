import type { ClusterIdentity } from "./cluster-identity.ts";

/**
 * Published on the event stream of the member that owns a grain, when it learns that the grain was active on two members at a time. That
 * happens while members see different clusters: after a pause or a partition. Only the owner's activation stays. Published once for each two
 * members, and counted as `cluster.stats.duplicates`; again by the next owner, if the grain changes hands meanwhile.
 *
 * What was active at a member of Proto.Actor Go, or at one that died, nobody tells of, nor of what lasted for less than 50 ms.
 *
 * @example
 * import { type Cluster, DuplicateActivation } from "@ts-grain/cluster";
 *
 * function checkForDamage({ system }: Cluster, check: (identity: string) => void): void {
 *   system.eventStream.subscribe((event) => {
 *     if (event instanceof DuplicateActivation && event.kind === "Account") check(event.identity);
 *   });
 * }
 */
export class DuplicateActivation implements ClusterIdentity {
  readonly kind: string;
  readonly identity: string;
  /** The addresses of the two members. */
  readonly members: readonly [string, string];

  constructor({ kind, identity }: ClusterIdentity, members: readonly [string, string]) {
    this.kind = kind;
    this.identity = identity;
    this.members = members;
  }
}
