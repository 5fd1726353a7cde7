/**
 * A place in the event stream's list; ends with `unsubscribe` or at the end of a `using` block.
 *
 * @example
 * import { ActorSystem, DeadLetterEvent, type Subscription } from "@ts-grain/actor";
 *
 * const { eventStream } = new ActorSystem();
 * const subscription: Subscription = eventStream.subscribe((event) => {
 *   if (event instanceof DeadLetterEvent) console.error(event.reason);
 * });
 * subscription.unsubscribe();
 */
export interface Subscription extends Disposable {
  /** Ends the subscription; the handler is not called again. May be called more than once. */
  unsubscribe(): void;
}

interface Subscriber {
  readonly handle: (event: object) => void;
  readonly accepts: ((event: object) => boolean) | undefined;
  isActive: boolean;
}

/**
 * Tells all who want to know what happened in a system, at once and in the order of their subscriptions.
 *
 * A handler that throws harms neither the publisher nor the other subscribers.
 *
 * @example
 * import { EventStream } from "@ts-grain/actor";
 *
 * class DoorOpened {
 *   readonly room = "kitchen";
 * }
 * const isOpened = (event: object): event is DoorOpened => event instanceof DoorOpened;
 *
 * const events = new EventStream(console.error);
 * using opened = events.subscribe(({ room }) => console.log(room), isOpened);
 * events.publish(new DoorOpened()); // prints: kitchen
 */
export class EventStream {
  // Replaced, never changed: a publication goes to those who were there when it began.
  #subscribers: readonly Subscriber[] = [];
  readonly #onError: (error: unknown) => void;

  /** Makes a stream that passes on what its handlers throw. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Number of subscriptions. */
  get size(): number {
    return this.#subscribers.length;
  }

  /** Calls the handler for each event from now on that the predicate accepts; without one, for each event. */
  subscribe<Event extends object>(
    handler: (event: Event) => void,
    predicate: (event: object) => event is Event,
  ): Subscription;
  subscribe(handler: (event: object) => void, predicate?: (event: object) => boolean): Subscription;
  subscribe(handler: (event: never) => void, predicate?: (event: object) => boolean): Subscription {
    const subscriber: Subscriber = {
      handle: handler as (event: object) => void,
      accepts: predicate,
      isActive: true,
    };
    this.#subscribers = [...this.#subscribers, subscriber];
    const unsubscribe = (): void => {
      subscriber.isActive = false;
      this.#subscribers = this.#subscribers.filter((other) => other !== subscriber);
    };
    return { unsubscribe, [Symbol.dispose]: unsubscribe };
  }

  /** Hands the event to the subscribers before it returns. */
  publish(event: object): void {
    for (const subscriber of this.#subscribers) {
      if (!subscriber.isActive) continue;
      try {
        if (subscriber.accepts === undefined || subscriber.accepts(event)) subscriber.handle(event);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
