import type { ClusterIdentity } from "./cluster-identity.ts";

/** One activation of an identity, as far as a member knows. Times are by the clock of the process that keeps it. */
export interface Life extends ClusterIdentity {
  /** The address of the member that has it, or had. */
  readonly member: string;
  /** Tells it from that member's others of the identity. */
  readonly number: number;
  readonly begunAtMs: number;
  /** When it had ended, or until when it is known to have been there. */
  readonly untilMs: number;
  readonly hasEnded: boolean;
}

/** Milliseconds by which what is told may seem to be later than it was: a message's way. */
const toleranceMs = 50;

/** Whether two activations have certainly been there at one time. */
export function overlap(one: Life, other: Life): boolean {
  return Math.max(one.begunAtMs, other.begunAtMs) + toleranceMs < Math.min(one.untilMs, other.untilMs);
}
