import type { SubscriberIdentity } from "../gen/cluster/pubsub_pb.ts";
import { type Subscriber, subscriberFromWire, subscriberKey, subscriberToWire } from "./subscriber.ts";

/** That a subscriber gets what is published, as topics keep it and as it travels. */
export interface Subscription {
  readonly key: string;
  readonly subscriber: Subscriber;
  readonly wire: SubscriberIdentity;
}

/** The subscription of a subscriber of this process. */
export function subscriptionOf(subscriber: Subscriber): Subscription {
  return { key: subscriberKey(subscriber), subscriber, wire: subscriberToWire(subscriber) };
}

/** What came over the wire or out of a store; undefined if it names nobody. */
export function readSubscription(wire: SubscriberIdentity | undefined): Subscription | undefined {
  const subscriber = subscriberFromWire(wire);
  return wire && subscriber && { key: subscriberKey(subscriber), subscriber, wire };
}
