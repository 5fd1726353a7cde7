import type { PID } from "@ts-grain/actor";
import type { ClusterIdentity } from "./cluster-identity.ts";

/** Where activations were last seen, the newest so many. A stale entry costs one refused call, never a wrong one. */
export class PidCache {
  readonly #byKind = new Map<string, Map<string, PID>>();
  readonly #maxPerKind: number;

  /** @param maxPerKind at least 1; beyond it, what was stored first is forgotten */
  constructor(maxPerKind: number) {
    this.#maxPerKind = maxPerKind;
  }

  get size(): number {
    let size = 0;
    for (const byIdentity of this.#byKind.values()) size += byIdentity.size;
    return size;
  }

  get({ kind, identity }: ClusterIdentity): PID | undefined {
    return this.#byKind.get(kind)?.get(identity);
  }

  set({ kind, identity }: ClusterIdentity, pid: PID): void {
    let byIdentity = this.#byKind.get(kind);
    if (!byIdentity) {
      byIdentity = new Map();
      this.#byKind.set(kind, byIdentity);
    }
    byIdentity.set(identity, pid);
    if (byIdentity.size > this.#maxPerKind) byIdentity.delete(byIdentity.keys().next().value!);
  }

  /** Forgets an entry, unless it has been replaced by another PID in the meantime. */
  remove({ kind, identity }: ClusterIdentity, pid: PID): void {
    const byIdentity = this.#byKind.get(kind);
    if (byIdentity?.get(identity)?.equals(pid)) byIdentity.delete(identity);
  }

  /** Forgets everything on a member that has left. */
  removeAddress(address: string): void {
    for (const byIdentity of this.#byKind.values()) {
      for (const [identity, pid] of byIdentity) {
        if (pid.address === address) byIdentity.delete(identity);
      }
    }
  }
}
