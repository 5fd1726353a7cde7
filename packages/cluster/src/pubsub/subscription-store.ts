import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Clock } from "@ts-grain/actor";
import { SubscribersSchema } from "../gen/cluster/pubsub_pb.ts";
import { identityKey } from "../identity/cluster-identity.ts";
import { readSubscription, type Subscription } from "./subscription.ts";
import { topicIdentity } from "./topic-names.ts";

/**
 * Keeps a value for each topic, with the number of times that it was written. Port: every `StateStore` of
 * `@ts-grain/persistence` is one. The keys are those of grains of kind `prototopic`, the values `cluster.Subscribers`.
 *
 * @example
 * import type { SubscriptionStore } from "@ts-grain/cluster";
 * import { InMemoryStateStore } from "@ts-grain/persistence";
 *
 * // Every StateStore is one.
 * const store: SubscriptionStore = new InMemoryStateStore();
 */
export interface SubscriptionStore {
  /** What is stored under a key, or undefined. */
  read(key: string): Promise<{ readonly bytes: Uint8Array; readonly version: number } | undefined>;
  /** Stores a value and returns its version. Rejects, without having changed anything, if the present version is not the expected one. */
  write(
    key: string,
    write: { readonly bytes: Uint8Array; readonly expectedVersion: number },
  ): Promise<number>;
}

/** What a topic has in a store. */
export class StoredSubscriptions {
  readonly #key: string;
  readonly #store: SubscriptionStore;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #version = 0;

  constructor(
    topic: string,
    {
      store,
      clock,
      timeoutMs,
    }: { readonly store: SubscriptionStore; readonly clock: Clock; readonly timeoutMs: number },
  ) {
    this.#key = identityKey(topicIdentity(topic));
    this.#store = store;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** Reads them. @throws what the store throws, or an Error if it does not answer or holds something else. */
  async load(): Promise<readonly Subscription[]> {
    const stored = await this.#inTime(this.#store.read(this.#key));
    this.#version = stored?.version ?? 0;
    if (!stored) return [];
    return fromBinary(SubscribersSchema, stored.bytes).subscribers.flatMap(
      (wire) => readSubscription(wire) ?? [],
    );
  }

  /** Replaces them. @throws what the store throws, or an Error if it does not answer: then it may be stored or not. */
  async save(subscriptions: Iterable<Subscription>): Promise<void> {
    const subscribers = Array.from(subscriptions, ({ wire }) => wire);
    const bytes = toBinary(SubscribersSchema, create(SubscribersSchema, { subscribers }));
    const write = { bytes, expectedVersion: this.#version };
    this.#version = await this.#inTime(this.#store.write(this.#key, write));
  }

  async #inTime<T>(answer: Promise<T>): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = this.#clock.schedule(this.#timeoutMs, () =>
      reject(new Error(`the store of subscriptions did not answer within ${this.#timeoutMs} ms`)),
    );
    try {
      return await Promise.race([answer, late]);
    } finally {
      timer.cancel();
    }
  }
}
