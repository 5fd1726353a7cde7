import type { PID } from "@ts-grain/actor";
import type { Activation } from "./activation.ts";
import type { ClusterIdentity } from "./cluster-identity.ts";

/** The activations of this member. */
export class PlacedActivations {
  // Two steps instead of a key of both parts, which would have to be made for each look and kept for each activation.
  readonly #byKind = new Map<string, Map<string, Activation>>();

  get isEmpty(): boolean {
    for (const ofKind of this.#byKind.values()) if (ofKind.size > 0) return false;
    return true;
  }

  get({ kind, identity }: ClusterIdentity): Activation | undefined {
    return this.#byKind.get(kind)?.get(identity);
  }

  /** The activation of an actor. Its name is the identity and what `spawnPrefix` has put behind, from the last `$` on. */
  ofActor(pid: PID): Activation | undefined {
    const { id } = pid;
    const identity = id.slice(id.indexOf("/") + 1, id.lastIndexOf("$"));
    for (const ofKind of this.#byKind.values()) {
      const placed = ofKind.get(identity);
      if (placed?.hasActor && placed.pid.equals(pid)) return placed;
    }
    return undefined;
  }

  /** Takes one whose identity has no other, and returns it. */
  add(placed: Activation): Activation {
    const ofKind = this.#byKind.get(placed.kind);
    if (ofKind) ofKind.set(placed.identity, placed);
    else this.#byKind.set(placed.kind, new Map([[placed.identity, placed]]));
    return placed;
  }

  delete({ kind, identity }: Activation): void {
    this.#byKind.get(kind)?.delete(identity);
  }

  /** Takes away those that have no actor, and returns them. */
  takeActorless(): readonly Activation[] {
    const actorless = [...this].filter(({ hasActor }) => !hasActor);
    for (const placed of actorless) this.delete(placed);
    return actorless;
  }

  *[Symbol.iterator](): Iterator<Activation> {
    for (const ofKind of this.#byKind.values()) yield* ofKind.values();
  }
}
