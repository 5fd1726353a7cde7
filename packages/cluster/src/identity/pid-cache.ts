import type { PID, ProcessRegistry } from "@ts-grain/actor";
import type { MemberList } from "../membership/member-list.ts";
import { createTopology, type Topology } from "../membership/topology.ts";
import { CallsAtMembers } from "./at-member.ts";
import { type ClusterIdentity, identityKey } from "./cluster-identity.ts";
import type { LookupSession } from "./identity-lookup.ts";
import { Location } from "./location.ts";

/** What is known without an entry. */
export interface Here {
  readonly processes: Pick<ProcessRegistry, "isLocal">;
  readonly members: Pick<MemberList, "topology">;
  /** Says what belongs where, as long as this process takes part. */
  readonly lookup: () => Pick<LookupSession, "findHere" | "belongsTo"> | undefined;
}

const nothing: Here = {
  processes: { isLocal: () => false },
  members: { topology: createTopology([]) },
  lookup: () => undefined,
};

/** Where a grain was last seen. */
class LastSeen extends Location {
  readonly pid: PID;
  /** The number of the topology in which the grain belongs there. */
  checkedIn: number;

  constructor(pid: PID, checkedIn: number) {
    super();
    this.pid = pid;
    this.checkedIn = checkedIn;
  }
}

/** Where the grains of one kind are. */
interface KindLocations {
  readonly byIdentity: Map<string, LastSeen>;
  /**
   * Goes through the identities, the oldest first. Kept, as one that begins anew passes all places from which
   * something was taken since the map was last laid out anew.
   */
  readonly oldest: Iterator<string>;
}

/**
 * Where activations in other processes were last seen, the newest so many. A stale entry costs one refused call, never a wrong one.
 * Those of this process have no entry.
 */
export class PidCache {
  /** Grains that are being called by way of their members. */
  readonly atMembers: CallsAtMembers = new CallsAtMembers();
  readonly #byKind = new Map<string, KindLocations>();
  /** Places that grains have left while calls to them were under way. */
  readonly #left = new Map<string, Location>();
  readonly #maxPerKind: number;
  readonly #here: Here;
  #topology: Topology | undefined;
  #topologies = 0;

  /** @param maxPerKind at least 1; beyond it, what was stored first is forgotten */
  constructor(maxPerKind: number, here: Here = nothing) {
    this.#maxPerKind = maxPerKind;
    this.#here = here;
  }

  get size(): number {
    let size = 0;
    for (const { byIdentity } of this.#byKind.values()) size += byIdentity.size;
    return size;
  }

  /** The entry, if there is one. */
  get(target: ClusterIdentity): Location | undefined {
    return this.#entry(target);
  }

  #entry({ kind, identity }: ClusterIdentity): LastSeen | undefined {
    return this.#byKind.get(kind)?.byIdentity.get(identity);
  }

  /** Where a grain is, if nobody need be asked, and nothing that was sent elsewhere before may come back. */
  find(target: ClusterIdentity): Location | undefined {
    const known = this.#entry(target);
    const called = this.atMembers.get(target);
    if (called) return called.isPassed && known?.pid.address === called.pid.address ? known : undefined;
    if (known && (known.checkedIn === this.#newest || this.#stays(target, known))) return known;
    return this.leftBehind(target) ? undefined : this.#findHere(target);
  }

  /** Numbers the topologies, as entries that kept them would keep them alive. */
  get #newest(): number {
    const { topology } = this.#here.members;
    if (topology !== this.#topology) this.#topologies++;
    this.#topology = topology;
    return this.#topologies;
  }

  /**
   * Looked at once in each topology: what has moved would only refuse the call. While calls are under way there, further ones
   * follow them, so that those which come back do so in order.
   */
  #stays(target: ClusterIdentity, known: LastSeen): boolean {
    if (!known.isSettled) return true;
    known.checkedIn = this.#newest;
    const stays = this.#here.lookup()?.belongsTo?.(target, known.pid.address) ?? true;
    if (!stays) this.#forget(target, known);
    return stays;
  }

  #findHere(target: ClusterIdentity): Location | undefined {
    return this.#here.lookup()?.findHere?.(target);
  }

  /** A grain was found there. Returns the entry: the one that there is, if it has this PID. */
  set(target: ClusterIdentity, pid: PID): Location {
    const known = this.get(target);
    if (known?.pid.equals(pid)) return known;
    if (known) this.#forget(target, known);
    const here = this.#here.processes.isLocal(pid) ? this.#findHere(target) : undefined;
    // It may have ended meanwhile, and another have been placed, which nobody may ever call: that is to begin by itself.
    here?.afterFailure();
    return here ?? this.#add(target, pid);
  }

  #add({ kind, identity }: ClusterIdentity, pid: PID): Location {
    const location = new LastSeen(pid, this.#newest);
    let locations = this.#byKind.get(kind);
    if (!locations) {
      const byIdentity = new Map<string, LastSeen>();
      locations = { byIdentity, oldest: byIdentity.keys() };
      this.#byKind.set(kind, locations);
    }
    locations.byIdentity.set(identity, location);
    if (locations.byIdentity.size > this.#maxPerKind) this.#forgetOldest(kind, locations);
    return location;
  }

  #forgetOldest(kind: string, { byIdentity, oldest }: KindLocations): void {
    const identity = oldest.next().value as string;
    this.#forget({ kind, identity }, byIdentity.get(identity)!);
  }

  /** Forgets an entry, unless it has been replaced by another PID in the meantime. */
  remove(target: ClusterIdentity, pid: PID): void {
    const known = this.get(target);
    if (known?.pid.equals(pid)) this.#forget(target, known);
  }

  /** A call that was sent there has come back. */
  removeLocation(target: ClusterIdentity, location: Location): void {
    const known = this.get(target);
    if (known?.pid.equals(location.pid)) this.#forget(target, known);
    else if (!known && !this.leftBehind(target)) this.leave(target, location);
  }

  /** Forgets everything on a member that has left. */
  removeAddress(address: string): void {
    for (const [kind, { byIdentity }] of this.#byKind) {
      for (const [identity, location] of byIdentity) {
        if (location.pid.address !== address) continue;
        this.#forget({ kind, identity }, location);
      }
    }
  }

  /** Where the grain was before, if calls that were sent there have not settled. */
  leftBehind(target: ClusterIdentity): Location | undefined {
    const left = this.#left.size === 0 ? undefined : this.#left.get(identityKey(target));
    return left?.isSettled ? undefined : left;
  }

  /** Remembers that calls are under way to where a grain does not take any more, if there are some. */
  leave(target: ClusterIdentity, location: Location): void {
    if (location.isSettled) return;
    const key = identityKey(target);
    const isNew = this.#left.get(key) !== location;
    this.#left.set(key, location);
    if (isNew) void this.#forgetOnceSettled(key, location);
  }

  async #forgetOnceSettled(key: string, location: Location): Promise<void> {
    // One that is found again takes further calls before it ends.
    while (!location.isSettled) await location.settled();
    if (this.#left.get(key) === location) this.#left.delete(key);
  }

  #forget(target: ClusterIdentity, location: Location): void {
    this.#byKind.get(target.kind)?.byIdentity.delete(target.identity);
    this.leave(target, location);
  }
}
