import type { Subscriber } from "./subscriber.ts";

/** A subscription to a topic. Ends with `unsubscribe`, or at the end of an `await using` block. */
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
