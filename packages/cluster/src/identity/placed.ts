import type { PID } from "@ts-grain/actor";
import type { Activation, DeactivationReason } from "./activation.ts";
import type { ClusterIdentity } from "./cluster-identity.ts";
import { Location } from "./location.ts";

/** An activation on this member. It is also what calls of this process find: an object less for each, and a table less. */
export class Placed extends Location implements Activation {
  readonly kind: string;
  readonly identity: string;
  reason: DeactivationReason = "stopped";
  /** Its actor. Set as soon as that is spawned. */
  pid!: PID;
  /** Those who asked while it was ending; undefined while it lives. */
  askers: PID[] | undefined = undefined;

  constructor(kind: string, identity: string) {
    super();
    this.kind = kind;
    this.identity = identity;
  }
}

/** The activations of this member. */
export class PlacedActivations {
  // Two steps instead of a key of both parts, which would have to be made for each look and kept for each activation.
  readonly #byKind = new Map<string, Map<string, Placed>>();

  get isEmpty(): boolean {
    for (const ofKind of this.#byKind.values()) if (ofKind.size > 0) return false;
    return true;
  }

  get({ kind, identity }: ClusterIdentity): Placed | undefined {
    return this.#byKind.get(kind)?.get(identity);
  }

  /** The activation of an actor. Its name is the identity and what `spawnPrefix` has put behind, from the last `$` on. */
  ofActor(pid: PID): Placed | undefined {
    const { id } = pid;
    const identity = id.slice(id.indexOf("/") + 1, id.lastIndexOf("$"));
    for (const ofKind of this.#byKind.values()) {
      const placed = ofKind.get(identity);
      if (placed?.pid.equals(pid)) return placed;
    }
    return undefined;
  }

  /** Takes one whose identity has no other. */
  add(placed: Placed): void {
    const ofKind = this.#byKind.get(placed.kind);
    if (ofKind) ofKind.set(placed.identity, placed);
    else this.#byKind.set(placed.kind, new Map([[placed.identity, placed]]));
  }

  delete({ kind, identity }: Placed): void {
    this.#byKind.get(kind)?.delete(identity);
  }

  *[Symbol.iterator](): Iterator<Placed> {
    for (const ofKind of this.#byKind.values()) yield* ofKind.values();
  }
}
