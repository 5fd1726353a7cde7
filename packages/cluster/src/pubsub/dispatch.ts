import { type ActorContext, PID } from "@ts-grain/actor";
import { RemoteError } from "@ts-grain/remote";
import { Deadline } from "../grain/deadline.ts";
import type { GrainCluster } from "../grain/grain-cluster.ts";
import type { PidCache } from "../identity/pid-cache.ts";
import { DeliveryFailed } from "./delivery-failed.ts";
import type { ForeignTypes } from "./foreign-types.ts";
import type { PubSubConfig } from "./pub-sub-options.ts";
import type { Subscriber } from "./subscriber.ts";
import type { Subscription } from "./subscription.ts";
import { BatchDelivery, type BatchTypes, type TopicBatch } from "./topic-batch.ts";
import { deliveryActorId } from "./topic-names.ts";
import type { TopicRequests } from "./topic-requests.ts";

/** Milliseconds that a topic waits to find out where its grains are; meanwhile it takes nothing else. */
const locateTimeoutMs = 1_000;
/** Subscribers in one message to their process. */
const maxPerDelivery = 1_000;

/** What batches are dispatched with. */
export interface DispatchParts {
  readonly cluster: GrainCluster;
  readonly cache: PidCache;
  readonly requests: TopicRequests;
  readonly foreignTypes: ForeignTypes;
  readonly batchTypes: BatchTypes;
  readonly config: PubSubConfig;
}

/** Sends a topic's batches to the processes in which its subscribers live, in order. */
export class Dispatch {
  readonly #topic: string;
  readonly #parts: DispatchParts;

  constructor(topic: string, parts: DispatchParts) {
    this.#topic = topic;
    this.#parts = parts;
  }

  /** Resolves when the batch is on its way to everybody who can be found. */
  async dispatch(
    context: ActorContext,
    batch: TopicBatch,
    subscriptions: readonly Subscription[],
  ): Promise<void> {
    const byAddress = await this.#byAddress(subscriptions);
    for (const [address, there] of byAddress) this.#toProcess(context, address, { batch, there });
  }

  /** Where everybody is. Waits only for grains that were not found before. */
  async #byAddress(subscriptions: readonly Subscription[]): Promise<ReadonlyMap<string, Subscription[]>> {
    const { cache, cluster } = this.#parts;
    const deadline = new Deadline(cluster.system.clock, locateTimeoutMs);
    const known = subscriptions.map(({ subscriber }) =>
      subscriber instanceof PID ? subscriber : cache.find(subscriber)?.pid,
    );
    const pids = known.includes(undefined)
      ? await Promise.all(subscriptions.map(({ subscriber }) => this.#locate(subscriber, deadline)))
      : known;
    const byAddress = new Map<string, Subscription[]>();
    const lost: Subscription[] = [];
    for (const [index, subscription] of subscriptions.entries()) {
      const address = pids[index]?.address;
      const there = address === undefined ? lost : byAddress.get(address);
      if (there) there.push(subscription);
      else byAddress.set(address!, [subscription]);
    }
    this.#failed(lost, "a subscribed grain was not found");
    return byAddress;
  }

  async #locate(subscriber: Subscriber, deadline: Deadline): Promise<PID | undefined> {
    if (subscriber instanceof PID) return subscriber;
    try {
      return await this.#parts.requests.locate(subscriber, deadline);
    } catch (error) {
      const { logger } = this.#parts.cluster.system;
      logger.debug({ error, ...subscriber }, "a subscribed grain could not be located");
      return undefined;
    }
  }

  #toProcess(context: ActorContext, address: string, { batch, there }: Portion): void {
    const canRead = this.#parts.foreignTypes.canRead(address, batch);
    const able = canRead ? there : there.filter(({ wire }) => wire.takesAnyType);
    const unable = canRead ? [] : there.filter(({ wire }) => !wire.takesAnyType);
    this.#failed(unable, "a process of Proto.Actor Go is not known to know the published types");
    for (let from = 0; from < able.length; from += maxPerDelivery)
      this.#send(context, address, { batch, there: able.slice(from, from + maxPerDelivery) });
  }

  /** Sends in smaller portions what does not fit into a frame. */
  #send(context: ActorContext, address: string, { batch, there }: Portion): void {
    try {
      context.request(new PID(address, deliveryActorId), new BatchDelivery(this.#topic, there, batch));
    } catch (error) {
      const isTooLarge = RemoteError.is(error) && error.code === "message_too_large";
      if (isTooLarge && batch.size > 1) {
        for (const half of batch.halves()) this.#send(context, address, { batch: half, there });
      } else if (isTooLarge && there.length > 1) {
        const half = Math.ceil(there.length / 2);
        this.#send(context, address, { batch, there: there.slice(0, half) });
        this.#send(context, address, { batch, there: there.slice(half) });
      } else {
        this.#failed(there, "published messages cannot be sent to a process", error);
      }
    }
  }

  #failed(there: readonly Subscription[], why: string, error?: unknown): void {
    if (there.length === 0) return;
    const { eventStream, logger } = this.#parts.cluster.system;
    logger.warn({ topic: this.#topic, subscribers: there.length, error }, why);
    const failures = there.map(({ subscriber }) => ({ subscriber, failure: "other_error" as const }));
    eventStream.publish(new DeliveryFailed(this.#topic, failures));
  }
}

/** A batch and some of those who get it. */
interface Portion {
  readonly batch: TopicBatch;
  readonly there: readonly Subscription[];
}
