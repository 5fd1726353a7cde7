import type { Subscriber } from "./subscriber.ts";

/**
 * Why a subscriber did not get what was published. "no_longer_reachable": there is no such actor any more; "timeout": it has
 * not handled the messages in its time, and may still; "other_error": too much waits for it already, its process cannot
 * read the type, or its grain could not be found.
 *
 * @see {@link DeliveryFailed}
 */
export type DeliveryFailure = "no_longer_reachable" | "timeout" | "other_error";

/**
 * Published on the event stream of the topic's member and on that of the subscriber's: messages were not delivered.
 *
 * @example
 * import {
 *   type Cluster,
 *   DeliveryFailed,
 *   type DeliveryFailure,
 *   type FailedDelivery,
 * } from "@ts-grain/cluster";
 *
 * function countFailures({ system }: Cluster, counts: Map<DeliveryFailure, number>): void {
 *   const count = ({ failure }: FailedDelivery) =>
 *     counts.set(failure, (counts.get(failure) ?? 0) + 1);
 *   system.eventStream.subscribe((event) => {
 *     if (event instanceof DeliveryFailed) event.failures.forEach(count);
 *   });
 * }
 */
export class DeliveryFailed {
  readonly topic: string;
  readonly failures: readonly FailedDelivery[];

  constructor(topic: string, failures: readonly FailedDelivery[]) {
    this.topic = topic;
    this.failures = failures;
  }
}

/**
 * Whom it concerns, and why.
 *
 * @see {@link DeliveryFailed}
 */
export interface FailedDelivery {
  readonly subscriber: Subscriber;
  readonly failure: DeliveryFailure;
}
