import type { PID } from "@ts-grain/actor";
import type { ClusterIdentity } from "./cluster-identity.ts";
import { Location } from "./location.ts";

/** The member that a grain belongs to, for one call that goes there without the grain's PID. */
export class AtMember extends Location {
  /** Of the actor that hands the call on. */
  readonly pid: PID;
  readonly target: ClusterIdentity;
  /** Whether the member has said since where the grain is: what is sent there comes behind the call. */
  isPassed = false;
  /** Whether there is an answer to the call, which perhaps comes back undelivered in a moment. */
  isAnswered = false;
  readonly #calls: CallsAtMembers;

  constructor(pid: PID, target: ClusterIdentity, calls: CallsAtMembers) {
    super();
    this.pid = pid;
    this.target = target;
    this.#calls = calls;
  }

  override end(): void {
    super.end();
    this.#calls.delete(this);
  }
}

/** The grains of other members that are being called without their PIDs: one call of each at a time. */
export class CallsAtMembers {
  // Two steps instead of a key of both parts, which would have to be made for each look.
  readonly #byKind = new Map<string, Map<string, AtMember>>();
  #size = 0;

  get({ kind, identity }: ClusterIdentity): AtMember | undefined {
    return this.#size === 0 ? undefined : this.#byKind.get(kind)?.get(identity);
  }

  /** Begins to call a grain that is not being called. */
  add(target: ClusterIdentity, receiver: PID): AtMember {
    const place = new AtMember(receiver, target, this);
    const ofKind = this.#byKind.get(target.kind);
    if (ofKind) ofKind.set(target.identity, place);
    else this.#byKind.set(target.kind, new Map([[target.identity, place]]));
    this.#size++;
    return place;
  }

  delete(place: AtMember): void {
    if (this.get(place.target) !== place) return;
    this.#byKind.get(place.target.kind)!.delete(place.target.identity);
    this.#size--;
  }
}
