import { create, type DescMessage, isMessage, type Message } from "@bufbuild/protobuf";
import {
  type Message as ActorMessage,
  type MessageBatch,
  PID,
  propsFromFunction,
  propsFromProducer,
  Started,
  Stopped,
  Stopping,
} from "@ts-grain/actor";
import type { Remote, RemoteConfig } from "@ts-grain/remote";
import { ClusterError } from "../cluster-error.ts";
import {
  AcknowledgeSchema,
  file_cluster_pubsub,
  InitializeSchema,
  type PubSubAutoRespondBatchTransport,
  PubSubAutoRespondBatchTransportSchema,
  SubscribeRequestSchema,
  SubscribeResponseSchema,
  UnsubscribeRequestSchema,
  UnsubscribeResponseSchema,
} from "../gen/cluster/pubsub_pb.ts";
import {
  file_tsgrain_cluster_v1_topic,
  InheritSubscribersRequestSchema,
} from "../gen/tsgrain/cluster/v1/topic_pb.ts";
import type { GrainCluster } from "../grain/grain-cluster.ts";
import { type HostedKind, PlainActivation } from "../identity/activation.ts";
import { identityProblem } from "../identity/cluster-identity.ts";
import type { PidCache } from "../identity/pid-cache.ts";
import { receiveFromPeers } from "../membership/from-peer.ts";
import { Delivery } from "./delivery.ts";
import { DeliveryActor } from "./delivery-actor.ts";
import { ForeignTypes } from "./foreign-types.ts";
import type { PubSubConfig } from "./pub-sub-options.ts";
import type { Subscriber } from "./subscriber.ts";
import { type Subscription, subscriptionOf } from "./subscription.ts";
import { SubscriptionLedger } from "./subscription-ledger.ts";
import { SubscriptionRelay } from "./subscription-relay.ts";
import { Topic, type TopicOptions } from "./topic.ts";
import { TopicActor } from "./topic-actor.ts";
import { type BatchTypes, SubscriberBatch, TopicBatch } from "./topic-batch.ts";
import { deliveryActorId, topicKind } from "./topic-names.ts";
import { type TopicRequestOptions, TopicRequests } from "./topic-requests.ts";

/** What a process's part in publishing by topic is made of. */
export interface PubSubParts {
  readonly cluster: GrainCluster;
  readonly cache: PidCache;
  readonly remote: Remote;
  readonly config: {
    readonly pubSub: PubSubConfig;
    readonly freezesMessages: boolean;
    readonly remote: RemoteConfig;
  };
}

/** What a `Topic` needs of its process. */
export interface PubSubServices {
  readonly cluster: GrainCluster;
  readonly requests: TopicRequests;
  readonly batchTypes: BatchTypes;
  readonly freezesMessages: boolean;
  /** @throws ClusterError "unknown_type" if the batch would harm the process at an address. */
  readonly checkTypes: (address: string, batch: TopicBatch) => void;
  subscribe(topic: string, subscriber: Subscriber, options?: TopicRequestOptions): Promise<void>;
  unsubscribe(topic: string, subscriber: Subscriber, options?: TopicRequestOptions): Promise<void>;
  initialize(topic: string, idleTimeoutMs: number): Promise<void>;
  /** Starts an actor that hands to a function what is published. */
  spawnHandler(topic: string, handle: (message: ActorMessage) => Promise<void>): PID;
}

/** A process's part in publishing by topic: hosts topics, delivers what they send here, and remembers who subscribed. */
export class PubSub implements PubSubServices {
  readonly cluster: GrainCluster;
  readonly requests: TopicRequests;
  readonly batchTypes: BatchTypes;
  readonly freezesMessages: boolean;
  readonly #config: PubSubConfig;
  readonly #cache: PidCache;
  readonly #foreignTypes: ForeignTypes;
  readonly #ledger = new SubscriptionLedger();
  readonly #relay: SubscriptionRelay;
  readonly #delivery: Delivery;

  /** Registers the message types, and starts the delivery actor. */
  constructor({ cluster, cache, remote, config }: PubSubParts) {
    const { types } = remote;
    this.cluster = cluster;
    this.#config = config.pubSub;
    this.#cache = cache;
    this.freezesMessages = config.freezesMessages;
    this.batchTypes = { types, maxElements: config.remote.batchLimits.maxElements };
    registerTypes(this.batchTypes);
    this.requests = new TopicRequests({ cluster, cache });
    this.#foreignTypes = new ForeignTypes(types, cluster.members);
    this.#delivery = new Delivery({
      cluster,
      cache,
      requests: this.requests,
      foreignTypes: this.#foreignTypes,
      config: this.#config,
      freezesMessages: this.freezesMessages,
      isExposed: (pid) => remote.isExposed(pid),
    });
    this.#relay = new SubscriptionRelay({
      cluster,
      ledger: this.#ledger,
      renew: (topic, subscription) => this.#ask(topic, "subscribe", subscription),
    });
    this.#startDelivery();
  }

  /** What a member hosts so that topics can live on it. */
  get hostedKind(): HostedKind {
    const parts = {
      cluster: this.cluster,
      cache: this.#cache,
      requests: this.requests,
      foreignTypes: this.#foreignTypes,
      batchTypes: this.batchTypes,
      config: this.#config,
      ledger: this.#ledger,
      askOthers: (topic: string) => this.#relay.ask(topic),
      tellEnded: (topic: string, ended: Subscription) => this.#relay.tellEnded(topic, ended),
    };
    const mailbox = { capacity: this.#config.maxQueuedRequests };
    return {
      name: topicKind,
      newActivation: (topic, spawn) => new PlainActivation(topicKind, topic, spawn),
      propsFor: (activation) => propsFromProducer(() => new TopicActor(activation, parts), { mailbox }),
    };
  }

  /** @throws ClusterError "invalid_options" for a name that no grain may have. */
  topic<Desc extends DescMessage>(name: string, schema: Desc, { knownBy }: TopicOptions = {}): Topic<Desc> {
    const problem = identityProblem(name);
    if (problem !== undefined) throw new ClusterError("invalid_options", `as a topic's name, ${problem}`);
    this.batchTypes.types.register(schema, { knownBy });
    return new Topic(name, schema, this);
  }

  /** Hands over to others what this process knows of topics that have ended here. For a member that leaves. */
  leave(): Promise<void> {
    return this.#relay.bequeath();
  }

  checkTypes(address: string, batch: TopicBatch): void {
    if (address === this.cluster.system.address || this.#foreignTypes.canRead(address, batch)) return;
    const names = [...batch.typeNames].join(", ");
    throw new ClusterError(
      "unknown_type",
      `the topic lives on a member of Proto.Actor Go, which is not known to know ${names}; see TopicOptions.knownBy`,
    );
  }

  async subscribe(topic: string, subscriber: Subscriber, options?: TopicRequestOptions): Promise<void> {
    if (subscriber instanceof PID) this.#admit(subscriber);
    const subscription = subscriptionOf(subscriber);
    const isNew = !this.#ledger.has(topic, subscription.key);
    // Before the answer: a topic that moves meanwhile asks everybody.
    this.#ledger.add(topic, subscription);
    try {
      await this.#ask(topic, "subscribe", subscription, options);
    } catch (error) {
      if (isNew) this.#ledger.remove(topic, subscription.key);
      throw error;
    }
  }

  async unsubscribe(topic: string, subscriber: Subscriber, options?: TopicRequestOptions): Promise<void> {
    const subscription = subscriptionOf(subscriber);
    this.#ledger.remove(topic, subscription.key);
    await this.#ask(topic, "unsubscribe", subscription, options);
  }

  async initialize(topic: string, idleTimeoutMs: number): Promise<void> {
    const seconds = Math.floor(idleTimeoutMs / 1_000);
    const idleTimeout = {
      seconds: BigInt(seconds),
      nanos: Math.round((idleTimeoutMs - seconds * 1_000) * 1e6),
    };
    const answer = await this.requests.ask({ topic, message: create(InitializeSchema, { idleTimeout }) });
    if (!isMessage(answer, AcknowledgeSchema)) throw unexpected(topic);
  }

  spawnHandler(topic: string, handle: (message: ActorMessage) => Promise<void>): PID {
    const props = propsFromFunction(({ message }) => (isLifecycle(message) ? undefined : handle(message)));
    return this.cluster.system.root.spawnPrefix(props, `$subscriber-${topic.slice(0, 64)}-`);
  }

  #admit(pid: PID): void {
    const { processes } = this.cluster.system;
    if (!processes.isLocal(pid))
      throw new ClusterError(
        "invalid_options",
        `${pid.toString()} is subscribed by the process in which it lives`,
      );
    this.#delivery.admit(pid);
  }

  async #ask(
    topic: string,
    what: "subscribe" | "unsubscribe",
    { wire: subscriber }: Subscription,
    options?: TopicRequestOptions,
  ): Promise<void> {
    const [request, response] =
      what === "subscribe"
        ? [SubscribeRequestSchema, SubscribeResponseSchema]
        : [UnsubscribeRequestSchema, UnsubscribeResponseSchema];
    const message: Message = create(request, { subscriber, takesRefusal: true });
    const answer = await this.requests.ask({ topic, message }, options);
    if (!isMessage(answer, response)) throw unexpected(topic);
    if (answer.refusal !== "")
      throw new ClusterError("topic_refused", `topic ${JSON.stringify(topic)}: ${answer.refusal}`);
  }

  #startDelivery(): void {
    const parts = {
      cluster: this.cluster,
      delivery: this.#delivery,
      ledger: this.#ledger,
      requests: this.requests,
      batchTypes: this.batchTypes,
      maxSubscribers: this.#config.maxSubscribers,
    };
    this.cluster.system.root.spawnNamed(
      propsFromProducer(() => new DeliveryActor(parts)),
      deliveryActorId,
    );
  }
}

function registerTypes(batchTypes: BatchTypes): void {
  const { types } = batchTypes;
  types.register(file_cluster_pubsub, { knownBy: "every peer" });
  types.register(file_tsgrain_cluster_v1_topic);
  receiveFromPeers(types, [InheritSubscribersRequestSchema]);
  const received = (message: Message): MessageBatch =>
    new SubscriberBatch(TopicBatch.read(message as PubSubAutoRespondBatchTransport, batchTypes));
  types.register(PubSubAutoRespondBatchTransportSchema, { received });
}

function isLifecycle(message: unknown): boolean {
  return message instanceof Started || message instanceof Stopping || message instanceof Stopped;
}

function unexpected(topic: string): ClusterError {
  return new ClusterError("unexpected_response", `topic ${JSON.stringify(topic)} answered something else`);
}
