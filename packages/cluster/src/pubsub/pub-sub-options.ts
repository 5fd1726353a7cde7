import { ClusterError } from "../cluster-error.ts";
import type { SubscriptionStore } from "./subscription-store.ts";

/**
 * How a process takes part in publishing by topic.
 *
 * @example
 * import type { ClusterOptions, PubSubOptions } from "@ts-grain/cluster";
 * import { InMemoryStateStore } from "@ts-grain/persistence";
 *
 * const pubSub: PubSubOptions = { store: new InMemoryStateStore(), subscriberTimeoutMs: 30_000 };
 * const options: ClusterOptions = { pubSub };
 */
export interface PubSubOptions {
  /**
   * Where the topics that this member hosts keep their subscribers, beside its memory. Give every member the same one. Without
   * it, subscriptions live as long as a process that knows of them; see the guide.
   */
  readonly store?: SubscriptionStore | undefined;
  /** Milliseconds that the store has to answer. Default 5,000. */
  readonly storeTimeoutMs?: number | undefined;
  /** Milliseconds that a subscriber has to handle what it was handed, before that counts as failed. Default 5,000. */
  readonly subscriberTimeoutMs?: number | undefined;
  /** Subscribers of one topic. What comes beyond is refused. Default 10,000. */
  readonly maxSubscribers?: number | undefined;
  /** Messages that wait for one subscriber. While there are as many, it misses what is published. Default 10,000. */
  readonly maxUnhandled?: number | undefined;
  /** Requests, such as published batches, that wait for one topic. What comes beyond fails as "overloaded". Default 1,000. */
  readonly maxQueuedRequests?: number | undefined;
}

type Numbers = Omit<PubSubOptions, "store">;

/** Options after defaults. */
export type PubSubConfig = { readonly [K in keyof Numbers]-?: NonNullable<Numbers[K]> } & {
  readonly store: SubscriptionStore | undefined;
};

/**
 * Used where `PubSubOptions` say nothing.
 *
 * @example
 * import { pubSubDefaults } from "@ts-grain/cluster";
 *
 * console.log(pubSubDefaults.subscriberTimeoutMs); // prints: 5000
 */
export const pubSubDefaults: Omit<PubSubConfig, "store"> = {
  storeTimeoutMs: 5_000,
  subscriberTimeoutMs: 5_000,
  maxSubscribers: 10_000,
  maxUnhandled: 10_000,
  maxQueuedRequests: 1_000,
};

/** @throws ClusterError "invalid_options", naming the option. */
export function resolvePubSubOptions(options: PubSubOptions = {}): PubSubConfig {
  const {
    store,
    storeTimeoutMs = pubSubDefaults.storeTimeoutMs,
    subscriberTimeoutMs = pubSubDefaults.subscriberTimeoutMs,
    maxSubscribers = pubSubDefaults.maxSubscribers,
    maxUnhandled = pubSubDefaults.maxUnhandled,
    maxQueuedRequests = pubSubDefaults.maxQueuedRequests,
  } = options;
  const numbers = { storeTimeoutMs, subscriberTimeoutMs, maxSubscribers, maxUnhandled, maxQueuedRequests };
  for (const [option, value] of Object.entries(numbers)) {
    if (!(value >= 1))
      throw new ClusterError("invalid_options", `pubSub.${option} must be at least 1, got ${value}`);
  }
  return { ...numbers, store };
}
