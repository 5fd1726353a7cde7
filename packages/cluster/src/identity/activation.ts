import type { Props } from "@ts-grain/actor";
import type { ClusterIdentity } from "./cluster-identity.ts";

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

/**
 * One life of a grain on one member.
 *
 * @example
 * import { propsFromFunction } from "@ts-grain/actor";
 * import type { Activation, HostedKind } from "@ts-grain/cluster";
 *
 * // For those who write a lookup, and test it without grains.
 * const echo: HostedKind = {
 *   name: "Echo",
 *   propsFor: ({ identity }: Activation) =>
 *     propsFromFunction((context) => {
 *       if (context.sender) context.respond(identity);
 *     }),
 * };
 */
export class Activation implements ClusterIdentity {
  readonly kind: string;
  readonly identity: string;
  /** Set by whoever ends it, before it is stopped. */
  reason: DeactivationReason = "stopped";

  constructor({ kind, identity }: ClusterIdentity) {
    this.kind = kind;
    this.identity = identity;
  }
}

/**
 * A kind as the placement of activations needs it.
 *
 * @see {@link Activation}
 */
export interface HostedKind {
  readonly name: string;
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
