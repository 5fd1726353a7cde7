import type { Props } from "@ts-grain/actor";
import type { ClusterIdentity } from "./cluster-identity.ts";

/**
 * Why an activation ends: no call for its idle timeout; its identity belongs to another member now; this member
 * shuts down; the others have let this member go, so that its identity may be active elsewhere already; it failed;
 * somebody stopped its PID.
 */
export type DeactivationReason = "idle" | "moved" | "shutdown" | "evicted" | "failed" | "stopped";

/** One life of a grain on one member. */
export class Activation {
  readonly identity: ClusterIdentity;
  /** Set by whoever ends it, before it is stopped. */
  reason: DeactivationReason = "stopped";

  constructor(identity: ClusterIdentity) {
    this.identity = identity;
  }
}

/** A kind as the placement of activations needs it. */
export interface HostedKind {
  readonly name: string;
  propsFor(activation: Activation): Props;
}

/** Sent by an activation to its parent when it has been idle for its time. Stays inside the process. */
export class Passivate {
  readonly activation: Activation;

  constructor(activation: Activation) {
    this.activation = activation;
  }
}
