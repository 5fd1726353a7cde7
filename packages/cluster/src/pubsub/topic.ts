import {
  create,
  type DescMessage,
  isMessage,
  type Message,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";
import type { PID } from "@ts-grain/actor";
import { type KnownBy, RemoteError } from "@ts-grain/remote";
import { ClusterError } from "../cluster-error.ts";
import { PublishResponseSchema, PublishStatus } from "../gen/cluster/pubsub_pb.ts";
import { deepFreeze } from "../grain/freeze.ts";
import type { Awaitable } from "../grain/grain.ts";
import { BatchingProducer } from "./batching-producer.ts";
import type { ProducerOptions } from "./producer-options.ts";
import type { PubSubServices } from "./pub-sub.ts";
import type { Subscriber } from "./subscriber.ts";
import { maxBatchMessages, TopicBatch } from "./topic-batch.ts";
import type { TopicRequestOptions } from "./topic-requests.ts";
import type { TopicSubscription } from "./topic-subscription.ts";

/**
 * What may be said about a topic beside its name and its type.
 *
 * @example
 * import { StringValueSchema } from "@bufbuild/protobuf/wkt";
 * import type { Cluster, TopicOptions } from "@ts-grain/cluster";
 *
 * // Members in Go know the type as well.
 * const options: TopicOptions = { knownBy: "every peer" };
 * const newsOf = (cluster: Cluster) => cluster.topic("news", StringValueSchema, options);
 */
export interface TopicOptions {
  /**
   * Who has the type compiled in. To a process of Proto.Actor Go nothing is published that it may not know, since it would end: say
   * "every peer" if all Go members of the cluster know the type. Default "ts-grain".
   */
  readonly knownBy?: KnownBy | undefined;
}

/**
 * Handles what is published, one message at a time. What it throws is logged, and the next message follows.
 *
 * @see {@link Topic}
 */
export type TopicHandler<Desc extends DescMessage> = (message: MessageShape<Desc>) => Awaitable<void>;

/**
 * A topic of the cluster: what is published to its name reaches everybody who is subscribed to it, on every member. Made by
 * `cluster.topic`; costs nothing until it is used.
 *
 * A message is delivered at most once to each subscriber, without waiting for slow ones.
 *
 * @example
 * import { StringValueSchema } from "@bufbuild/protobuf/wkt";
 * import type { Cluster, Topic, TopicHandler } from "@ts-grain/cluster";
 *
 * async function tellEverybody(cluster: Cluster): Promise<void> {
 *   const news: Topic<typeof StringValueSchema> = cluster.topic("news", StringValueSchema);
 *   const print: TopicHandler<typeof StringValueSchema> = ({ value }) => console.log(value);
 *   await using subscription = await news.subscribe(print);
 *   await news.publish({ value: "the door is open" });
 * }
 */
export class Topic<Desc extends DescMessage = DescMessage> {
  readonly name: string;
  readonly #schema: Desc;
  readonly #services: PubSubServices;

  /** @internal */
  constructor(name: string, schema: Desc, services: PubSubServices) {
    this.name = name;
    this.#schema = schema;
    this.#services = services;
  }

  /**
   * Publishes a message. Resolves when the topic has sent it on its way to its subscribers, which is before they have it.
   *
   * @throws ClusterError "topic_refused", "unknown_type", "overloaded", "not_delivered", "no_member", "outcome_unknown" (it may have
   * been published) or "stopped"; RemoteError "message_too_large". The signal's reason when it aborts.
   */
  publish(message: MessageInitShape<Desc>, options?: TopicRequestOptions): Promise<void> {
    return this.publishAll([message], options);
  }

  /**
   * Publishes messages in their order, as few batches as possible. When it throws, some of them may have been published: the
   * first ones.
   *
   * @throws as `publish`.
   */
  async publishAll(
    messages: readonly MessageInitShape<Desc>[],
    options?: TopicRequestOptions,
  ): Promise<void> {
    const created = messages.map((message) => this.#create(message));
    for (let from = 0; from < created.length; from += maxBatchMessages) {
      const part = created.slice(from, from + maxBatchMessages);
      await this.#publish(TopicBatch.of(part, this.#services.batchTypes), options);
    }
  }

  /**
   * Subscribes a function, an actor of this process by its PID, or a grain by its kind and identity. A grain gets what is published as
   * `onMessage`. Resolves when the topic has it: what is published later arrives. Subscribing twice is subscribing once.
   *
   * @throws ClusterError "topic_refused", "invalid_options", "overloaded", "not_delivered", "no_member", "outcome_unknown" or "stopped".
   */
  async subscribe(
    subscriber: TopicHandler<Desc> | Subscriber,
    options?: TopicRequestOptions,
  ): Promise<TopicSubscription> {
    if (typeof subscriber !== "function") {
      await this.#services.subscribe(this.name, subscriber, options);
      return this.#subscription(subscriber, () => this.unsubscribe(subscriber));
    }
    const pid = this.#services.spawnHandler(this.name, (message) => this.#handle(subscriber, message));
    try {
      await this.#services.subscribe(this.name, pid, options);
    } catch (error) {
      this.#services.cluster.system.root.stop(pid);
      throw error;
    }
    return this.#subscription(pid, () => this.#endHandler(pid));
  }

  /** Unsubscribes an actor or a grain, whoever has subscribed it. Idempotent. @throws as `subscribe`. */
  unsubscribe(subscriber: Subscriber, options?: TopicRequestOptions): Promise<void> {
    return this.#services.unsubscribe(this.name, subscriber, options);
  }

  /**
   * A producer that publishes in batches what it is given one by one.
   *
   * @throws ClusterError "invalid_options", naming the option.
   */
  createProducer(options: ProducerOptions<Desc> = {}): BatchingProducer<Desc> {
    const { clock, logger } = this.#services.cluster.system;
    return new BatchingProducer(options, {
      clock,
      logger,
      topic: this.name,
      initialize: (idleTimeoutMs) => this.#services.initialize(this.name, idleTimeoutMs),
      publish: (messages, request) => this.publishAll(messages, request),
    });
  }

  #create(message: MessageInitShape<Desc>): Message {
    const created = create(this.#schema, message);
    return this.#services.freezesMessages ? deepFreeze(created) : created;
  }

  /** In smaller parts, if it does not fit into a frame. */
  async #publish(batch: TopicBatch, options: TopicRequestOptions | undefined): Promise<void> {
    const { requests } = this.#services;
    const check = (address: string): void => this.#services.checkTypes(address, batch);
    try {
      this.#read(await requests.ask({ topic: this.name, message: batch, check }, options));
    } catch (error) {
      if (!(RemoteError.is(error) && error.code === "message_too_large") || batch.size === 1) throw error;
      for (const half of batch.halves()) await this.#publish(half, options);
    }
  }

  #read(answer: unknown): void {
    if (!isMessage(answer, PublishResponseSchema))
      throw new ClusterError(
        "unexpected_response",
        `topic ${JSON.stringify(this.name)} answered something else`,
      );
    if (answer.status !== PublishStatus.Ok)
      throw new ClusterError("topic_refused", `topic ${JSON.stringify(this.name)} could not publish`);
  }

  async #handle(handler: TopicHandler<Desc>, message: unknown): Promise<void> {
    const { logger } = this.#services.cluster.system;
    if (!isMessage(message, this.#schema)) {
      const type = isMessage(message) ? message.$typeName : typeof message;
      logger.warn({ topic: this.name, type }, `published to a topic of ${this.#schema.typeName}; skipped`);
      return;
    }
    try {
      await handler(message);
    } catch (error) {
      logger.error({ topic: this.name, error }, "a subscribed function failed");
    }
  }

  async #endHandler(pid: PID): Promise<void> {
    const { root } = this.#services.cluster.system;
    try {
      await this.unsubscribe(pid);
    } finally {
      root.poison(pid);
    }
  }

  #subscription(subscriber: Subscriber, end: () => Promise<void>): TopicSubscription {
    const { logger } = this.#services.cluster.system;
    const topic = this.name;
    let ending: Promise<void> | undefined;
    const unsubscribe = (): Promise<void> => {
      ending ??= end().catch((error: unknown) => {
        ending = undefined;
        throw error;
      });
      return ending;
    };
    const dispose = async (): Promise<void> => {
      await unsubscribe().catch((error: unknown) => {
        if (!(ClusterError.is(error) && error.code === "stopped"))
          logger.warn({ error, topic }, "a subscription was not ended");
      });
    };
    return { topic, subscriber, unsubscribe, [Symbol.asyncDispose]: dispose };
  }
}
