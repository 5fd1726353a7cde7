import { PID } from "@ts-grain/actor";
import type { Subscription } from "./subscription.ts";

/** Who is subscribed to one topic. */
export class TopicSubscriptions {
  readonly #byKey = new Map<string, Subscription>();

  get size(): number {
    return this.#byKey.size;
  }

  get all(): readonly Subscription[] {
    return [...this.#byKey.values()];
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  add(subscription: Subscription): void {
    this.#byKey.set(subscription.key, subscription);
  }

  /** The subscription that was removed, if there was one. */
  remove(key: string): Subscription | undefined {
    const removed = this.#byKey.get(key);
    this.#byKey.delete(key);
    return removed;
  }

  /** Removes the actors of which the condition holds; grains stay subscribed whatever happens to a member. */
  removeActors(condition: (pid: PID, subscription: Subscription) => boolean): readonly Subscription[] {
    const removed = this.all.filter((subscription) => {
      const { subscriber } = subscription;
      return subscriber instanceof PID && condition(subscriber, subscription);
    });
    for (const { key } of removed) this.#byKey.delete(key);
    return removed;
  }
}
