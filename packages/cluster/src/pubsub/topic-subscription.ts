import type { Subscriber } from "./subscriber.ts";

/** A subscription to a topic. Ends with `unsubscribe`, or at the end of an `await using` block. */
export interface TopicSubscription extends AsyncDisposable {
  readonly topic: string;
  /** Who is subscribed; for a function, the actor that runs it. */
  readonly subscriber: Subscriber;
  /**
   * Ends the subscription. What was handed to a function before is still handled. Idempotent. `await using` does the same, but logs
   * what goes wrong instead of throwing it.
   *
   * @throws ClusterError "topic_refused" or as a grain call; an actor that is gone is unsubscribed by the topic itself then.
   */
  unsubscribe(): Promise<void>;
}
