/**
 * Why the cluster could not do what was asked. Stable: match these, not the messages.
 *
 * @see {@link ClusterError}
 */
export type ClusterErrorCode =
  /** An option or a name is out of its range; the message names it. Nothing was started. */
  | "invalid_options"
  /** No live member hosts the kind. Retry once the topology has changed. */
  | "no_member"
  /** The call reached no handler before its deadline: nothing was started, a retry is safe. */
  | "not_delivered"
  /** The grain's mailbox or the connection to it was full: nothing was started, retry later. */
  | "overloaded"
  /** The deadline passed after the call was sent: it may have been handled, once. */
  | "outcome_unknown"
  /** The called grain waits, through other grains, for this very call, so it would never be answered. Nothing was started. */
  | "call_cycle"
  /** The answer is not of the type that the contract says: the members run different contracts. */
  | "unexpected_response"
  /** The provider did not let this process join in time; the cause says what it answered last. Nothing was started. */
  | "provider_unavailable"
  /** The topic did not do what it was asked; the message says why. Nothing was changed or published. */
  | "topic_refused"
  /** A process of Proto.Actor Go would have to read the message and is not known to know its type. Nothing was sent. */
  | "unknown_type"
  /** This cluster was shut down. Do not retry. */
  | "stopped";

/**
 * What the cluster itself reports; what a grain reports is a `GrainError`.
 *
 * @example
 * import { ClusterError, type ClusterErrorCode } from "@ts-grain/cluster";
 * import type { SmartBulbGrainClient } from "./gen/smartbulb_grain.ts";
 *
 * // Nothing was started, so that it is safe to try again.
 * const safeToRetry: readonly ClusterErrorCode[] = ["no_member", "not_delivered", "overloaded"];
 *
 * async function turnOn(bulb: SmartBulbGrainClient): Promise<void> {
 *   try {
 *     await bulb.turnOn({});
 *   } catch (error) {
 *     if (!ClusterError.is(error) || !safeToRetry.includes(error.code)) throw error;
 *     await bulb.turnOn({});
 *   }
 * }
 */
export class ClusterError extends Error {
  override readonly name: string = "ClusterError";
  /** Recognises errors made by another copy of this package. */
  readonly "~clusterError": true = true;
  readonly code: ClusterErrorCode;

  constructor(code: ClusterErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Whether a caught value is a `ClusterError`, also of another copy of this package. */
  static is(value: unknown): value is ClusterError {
    return value instanceof Error && "~clusterError" in value;
  }
}
