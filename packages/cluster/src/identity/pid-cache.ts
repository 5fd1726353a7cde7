import type { PID } from "@ts-grain/actor";
import { type ClusterIdentity, identityKey } from "./cluster-identity.ts";
import { Location } from "./location.ts";

/** Where the grains of one kind are. */
interface KindLocations {
  readonly byIdentity: Map<string, Location>;
  /**
   * Goes through the identities, the oldest first. Kept, as one that begins anew passes all places from which
   * something was taken since the map was last laid out anew.
   */
  readonly oldest: Iterator<string>;
}

/** Where activations were last seen, the newest so many. A stale entry costs one refused call, never a wrong one. */
export class PidCache {
  readonly #byKind = new Map<string, KindLocations>();
  /** Places that grains have left while calls to them were under way. */
  readonly #left = new Map<string, Location>();
  readonly #maxPerKind: number;

  /** @param maxPerKind at least 1; beyond it, what was stored first is forgotten */
  constructor(maxPerKind: number) {
    this.#maxPerKind = maxPerKind;
  }

  get size(): number {
    let size = 0;
    for (const { byIdentity } of this.#byKind.values()) size += byIdentity.size;
    return size;
  }

  get({ kind, identity }: ClusterIdentity): Location | undefined {
    return this.#byKind.get(kind)?.byIdentity.get(identity);
  }

  /** Returns the entry: the one that there is, if it has this PID. */
  set(target: ClusterIdentity, pid: PID): Location {
    const known = this.get(target);
    if (known?.pid.equals(pid)) return known;
    if (known) this.#leave(target, known);
    return this.add(target, pid);
  }

  /** The same where there is no entry. */
  add({ kind, identity }: ClusterIdentity, pid: PID): Location {
    const location = new Location(pid);
    let locations = this.#byKind.get(kind);
    if (!locations) {
      const byIdentity = new Map<string, Location>();
      locations = { byIdentity, oldest: byIdentity.keys() };
      this.#byKind.set(kind, locations);
    }
    locations.byIdentity.set(identity, location);
    if (locations.byIdentity.size > this.#maxPerKind)
      locations.byIdentity.delete(locations.oldest.next().value as string);
    return location;
  }

  /** Forgets an entry, unless it has been replaced by another PID in the meantime. */
  remove(target: ClusterIdentity, pid: PID): void {
    const known = this.get(target);
    if (!known?.pid.equals(pid)) return;
    this.#byKind.get(target.kind)?.byIdentity.delete(target.identity);
    this.#leave(target, known);
  }

  /** Forgets everything on a member that has left. */
  removeAddress(address: string): void {
    for (const [kind, { byIdentity }] of this.#byKind) {
      for (const [identity, location] of byIdentity) {
        if (location.pid.address !== address) continue;
        byIdentity.delete(identity);
        this.#leave({ kind, identity }, location);
      }
    }
  }

  /** Where the grain was before, if calls that were sent there have not settled. */
  leftBehind(target: ClusterIdentity): Location | undefined {
    const left = this.#left.size === 0 ? undefined : this.#left.get(identityKey(target));
    return left?.isSettled ? undefined : left;
  }

  #leave(target: ClusterIdentity, location: Location): void {
    if (location.isSettled) return;
    const key = identityKey(target);
    this.#left.set(key, location);
    void location.settled().then(() => {
      if (this.#left.get(key) === location) this.#left.delete(key);
    });
  }
}
