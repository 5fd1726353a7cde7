import type { Subscriber } from "./subscriber.ts";

/**
 * A subscription to a topic. Ends with `unsubscribe`, or at the end of an `await using` block.
 *
 * @example
 * import type { Topic, TopicSubscription } from "@ts-grain/cluster";
 *
 * async function listenFor(topic: Topic, ms: number): Promise<void> {
 *   const subscription: TopicSubscription = await topic.subscribe((message) =>
 *     console.log(message.$typeName),
 *   );
 *   await new Promise((resolve) => setTimeout(resolve, ms));
 *   await subscription.unsubscribe();
 * }
 */
export interface TopicSubscription extends AsyncDisposable {
  readonly topic: string;
  /** Who is subscribed; for a function, the actor that runs it. */
  readonly subscriber: Subscriber;
  /**
   * Ends the subscription. What was handed to a function before is still handled, then its actor ends, even if this throws. Idempotent,
   * and may be tried again. `await using` does the same, but logs what goes wrong instead of throwing it.
   *
   * @throws ClusterError as `Topic.unsubscribe`.
   */
  unsubscribe(): Promise<void>;
}
