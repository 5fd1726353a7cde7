import type { PID, Props } from "@ts-grain/actor";
import type { ClusterIdentity } from "./cluster-identity.ts";
import { Location } from "./location.ts";

/**
 * Why an activation ends: no call for its idle timeout; its identity belongs to another member now; this member
 * shuts down; the others have let this member go, so that its identity may be active elsewhere already; it failed;
 * somebody stopped its PID.
 *
 * @example
 * import type { DeactivationReason, GrainContext } from "@ts-grain/cluster";
 * import { SmartBulbKind } from "./gen/smartbulb_grain.ts";
 *
 * abstract class SavedBulb extends SmartBulbKind {
 *   abstract save(): Promise<void>;
 *
 *   override async onDeactivate(
 *     _context: GrainContext,
 *     reason: DeactivationReason,
 *   ): Promise<void> {
 *     // After "evicted" another member may have made it anew already.
 *     if (reason !== "evicted") await this.save();
 *   }
 * }
 */
export type DeactivationReason = "idle" | "moved" | "shutdown" | "evicted" | "failed" | "stopped";

/** How an activation ends. */
interface Ending {
  reason: DeactivationReason;
  askers: PID[] | undefined;
}

/**
 * One life of a grain on one member. It is also what calls of this process find, and may be the grain's actor as well: an
 * object less for each, and a table less.
 *
 * @example
 * import type { Activation } from "@ts-grain/cluster";
 *
 * // For those who write a lookup.
 * function describe({ kind, identity, reason }: Activation): string {
 *   return `${kind} ${identity} has ended: ${reason}`;
 * }
 */
export abstract class Activation extends Location implements ClusterIdentity {
  readonly identity: string;
  /** Its actor. Set by whoever spawns that, at once. */
  pid!: PID;
  #ending: Ending | undefined = undefined;

  constructor(identity: string) {
    super();
    this.identity = identity;
  }

  abstract readonly kind: string;

  /** Why it ends: what was said before it was stopped, else "stopped". */
  get reason(): DeactivationReason {
    return this.#ending?.reason ?? "stopped";
  }

  set reason(reason: DeactivationReason) {
    if (this.#ending) this.#ending.reason = reason;
    else this.#ending = { reason, askers: undefined };
  }

  /** Those who asked while it was ending; undefined while it lives. */
  get askers(): PID[] | undefined {
    return this.#ending?.askers;
  }

  /** Takes no calls any more, and ends. What is under way is to be handled before, unless the reason is "evicted". */
  beginToEnd(reason: DeactivationReason): void {
    this.#ending = { reason, askers: this.askers ?? [] };
  }
}

/**
 * An activation whose actor is something else.
 *
 * @example
 * import { propsFromFunction } from "@ts-grain/actor";
 * import { type HostedKind, PlainActivation } from "@ts-grain/cluster";
 *
 * // For those who write a lookup, and test it without grains.
 * const echo: HostedKind = {
 *   name: "Echo",
 *   newActivation: (identity) => new PlainActivation("Echo", identity),
 *   propsFor: ({ identity }) =>
 *     propsFromFunction((context) => {
 *       if (context.sender) context.respond(identity);
 *     }),
 * };
 */
export class PlainActivation extends Activation {
  readonly kind: string;

  constructor(kind: string, identity: string) {
    super(identity);
    this.kind = kind;
  }
}

/**
 * A kind as the placement of activations needs it.
 *
 * @example
 * import type { ActorContext } from "@ts-grain/actor";
 * import type { Activation, HostedKind } from "@ts-grain/cluster";
 *
 * // For those who write a lookup: what its actor does for an identity that nobody else has.
 * function activate(context: ActorContext, kind: HostedKind, identity: string): Activation {
 *   const activation = kind.newActivation(identity);
 *   activation.pid = context.spawnPrefix(kind.propsFor(activation), identity);
 *   return activation;
 * }
 */
export interface HostedKind {
  readonly name: string;
  /** What is to stand for an activation; its `kind` is this kind's name. Begins nothing. */
  newActivation(identity: string): Activation;
  /** How to start its actor. Asked for once for each activation that `newActivation` has made. */
  propsFor(activation: Activation): Props;
}

/** Asks an activation's parent to end it, by default since it has been idle for its time. Stays inside the process. */
export class Passivate {
  readonly activation: Activation;
  readonly reason: DeactivationReason;

  constructor(activation: Activation, reason: DeactivationReason = "idle") {
    this.activation = activation;
    this.reason = reason;
  }
}
