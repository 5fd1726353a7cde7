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

  /** Whether there was one to remove. */
  remove(key: string): boolean {
    return this.#byKey.delete(key);
  }

  clear(): void {
    this.#byKey.clear();
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
