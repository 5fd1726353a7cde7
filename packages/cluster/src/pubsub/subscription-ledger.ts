import type { Subscription } from "./subscription.ts";

/** Topics of which it is kept who was subscribed when they ended here. */
const maxLegacies = 10_000;

/**
 * What a process remembers of subscriptions: those that were made through it, until they are taken back; and what a topic
 * knew that ended here, until it has started anew.
 */
export class SubscriptionLedger {
  readonly #own = new Map<string, Map<string, Subscription>>();
  readonly #legacies = new Map<string, readonly Subscription[]>();

  /** The subscriptions that were made through this process, with their topics. */
  get own(): readonly { readonly topic: string; readonly subscription: Subscription }[] {
    return [...this.#own].flatMap(([topic, subscriptions]) =>
      Array.from(subscriptions.values(), (subscription) => ({ topic, subscription })),
    );
  }

  /** Notes a subscription that was made through this process. */
  add(topic: string, subscription: Subscription): void {
    const known = this.#own.get(topic) ?? new Map();
    this.#own.set(topic, known.set(subscription.key, subscription));
  }

  /** Whether the subscription was made through this process. */
  has(topic: string, key: string): boolean {
    return this.#own.get(topic)?.has(key) ?? false;
  }

  /** Forgets a subscription, wherever it was made. */
  remove(topic: string, key: string): void {
    const known = this.#own.get(topic);
    if (known?.delete(key) && known.size === 0) this.#own.delete(topic);
    const legacy = this.#legacies.get(topic);
    if (legacy)
      this.inherit(
        topic,
        legacy.filter((subscription) => subscription.key !== key),
      );
  }

  /** Keeps what a topic knew that has ended, in place of what was kept of it before. */
  inherit(topic: string, subscriptions: readonly Subscription[]): void {
    this.#legacies.delete(topic);
    if (subscriptions.length === 0) return;
    this.#legacies.set(topic, subscriptions);
    if (this.#legacies.size > maxLegacies) this.#legacies.delete(this.#legacies.keys().next().value!);
  }

  /** All that is known of a topic that starts; what was kept for it is no longer kept. */
  tell(topic: string): readonly Subscription[] {
    const legacy = this.#legacies.get(topic) ?? [];
    this.#legacies.delete(topic);
    return [...legacy, ...(this.#own.get(topic)?.values() ?? [])];
  }

  /** All that was kept for topics; it is no longer kept. */
  takeLegacies(): readonly (readonly [topic: string, subscriptions: readonly Subscription[]])[] {
    const all = [...this.#legacies];
    this.#legacies.clear();
    return all;
  }
}
