import type { PID } from "@ts-grain/actor";
import { Activation } from "./activation.ts";
import type { ClusterIdentity } from "./cluster-identity.ts";

/** An activation on this member. */
export class Placed extends Activation {
  /** Its actor. Set as soon as that is spawned. */
  pid: PID | undefined = undefined;
  /** Those who asked while it was ending; undefined while it lives. */
  askers: PID[] | undefined = undefined;
}

/** The activations of this member, found by their identity and by their actor. */
export class PlacedActivations {
  // Two steps instead of a key of both parts, which would have to be made for each look and kept for each activation.
  readonly #byKind = new Map<string, Map<string, Placed>>();
  readonly #byActor = new Map<string, Placed>();

  get size(): number {
    return this.#byActor.size;
  }

  get({ kind, identity }: ClusterIdentity): Placed | undefined {
    return this.#byKind.get(kind)?.get(identity);
  }

  /** The activation whose actor has this id. */
  ofActor(id: string): Placed | undefined {
    return this.#byActor.get(id);
  }

  /** Takes one that has its actor, and whose identity has no other. */
  add(placed: Placed): void {
    const ofKind = this.#byKind.get(placed.kind);
    if (ofKind) ofKind.set(placed.identity, placed);
    else this.#byKind.set(placed.kind, new Map([[placed.identity, placed]]));
    this.#byActor.set(placed.pid!.id, placed);
  }

  delete(placed: Placed): void {
    this.#byKind.get(placed.kind)?.delete(placed.identity);
    this.#byActor.delete(placed.pid!.id);
  }

  [Symbol.iterator](): Iterator<Placed> {
    return this.#byActor.values();
  }
}
