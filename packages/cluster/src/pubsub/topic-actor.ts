import { create, isMessage } from "@bufbuild/protobuf";
import {
  type Actor,
  type ActorContext,
  DeadLetterResponse,
  type Subscription as EventSubscription,
  type PID,
  ReceiveTimeout,
  Restarting,
  Started,
  Stopping,
} from "@ts-grain/actor";
import {
  AcknowledgeSchema,
  DeliveryStatus,
  type Initialize,
  InitializeSchema,
  type NotifyAboutFailingSubscribersRequest,
  NotifyAboutFailingSubscribersRequestSchema,
  NotifyAboutFailingSubscribersResponseSchema,
  PublishResponseSchema,
  PublishStatus,
  type PubSubBatchTransport,
  PubSubBatchTransportSchema,
  type SubscribeRequest,
  SubscribeRequestSchema,
  SubscribeResponseSchema,
  type UnsubscribeRequest,
  UnsubscribeRequestSchema,
  UnsubscribeResponseSchema,
} from "../gen/cluster/pubsub_pb.ts";
import { type Activation, Passivate } from "../identity/activation.ts";
import { memberAddress } from "../membership/member.ts";
import { DeliveryFailed, type DeliveryFailure } from "./delivery-failed.ts";
import { Dispatch, type DispatchParts } from "./dispatch.ts";
import { isMemberAt, livesNear } from "./place-of-subscriber.ts";
import { readSubscription, type Subscription } from "./subscription.ts";
import type { SubscriptionLedger } from "./subscription-ledger.ts";
import { StoredSubscriptions } from "./subscription-store.ts";
import { TopicBatch } from "./topic-batch.ts";
import { deliveryActorId } from "./topic-names.ts";
import { TopicSubscriptions } from "./topic-subscriptions.ts";

/** What the topics of a member work with. */
export interface TopicActorParts extends DispatchParts {
  readonly ledger: SubscriptionLedger;
  /** What other processes know of a topic's subscribers. Never rejects. */
  readonly askOthers: (topic: string) => Promise<readonly Subscription[]>;
  /** Tells the others that a subscription has ended. */
  readonly tellEnded: (topic: string, subscription: Subscription) => void;
}

const failures: Readonly<Partial<Record<DeliveryStatus, DeliveryFailure>>> = {
  [DeliveryStatus.SubscriberNoLongerReachable]: "no_longer_reachable",
  [DeliveryStatus.Timeout]: "timeout",
};

/** A topic: knows its subscribers, and hands what is published to the processes in which they live. */
export class TopicActor implements Actor {
  readonly #parts: TopicActorParts;
  readonly #activation: Activation;
  readonly #topic: string;
  readonly #dispatch: Dispatch;
  readonly #stored: StoredSubscriptions | undefined;
  readonly #subscriptions = new TopicSubscriptions();
  /** Addresses of members that have left since the last message. */
  readonly #left = new Set<string>();
  #isLoaded = false;
  #topology: EventSubscription | undefined;

  constructor(activation: Activation, parts: TopicActorParts) {
    this.#activation = activation;
    this.#parts = parts;
    this.#topic = activation.identity;
    this.#dispatch = new Dispatch(this.#topic, parts);
    const { store, storeTimeoutMs: timeoutMs } = parts.config;
    const { clock } = parts.cluster.system;
    this.#stored = store && new StoredSubscriptions(this.#topic, { store, clock, timeoutMs });
  }

  async receive(context: ActorContext): Promise<void> {
    const { message } = context;
    if (message instanceof Started) this.#watchTopology();
    else if (message instanceof Stopping || message instanceof Restarting) this.#end();
    else if (message instanceof ReceiveTimeout) this.#passivate(context);
    else if (isMessage(message, InitializeSchema)) this.#initialize(context, message);
    else if (message instanceof DeadLetterResponse) await this.#unreachable(context, message);
    else await this.#request(context);
  }

  async #request(context: ActorContext): Promise<void> {
    const { message, sender } = context;
    const isReady = await this.#load(context);
    if (isMessage(message, SubscribeRequestSchema))
      this.#answer(context, message, isReady ? await this.#subscribe(message, sender) : notLoaded);
    else if (isMessage(message, UnsubscribeRequestSchema))
      this.#answer(context, message, isReady ? await this.#unsubscribe(message) : notLoaded);
    else if (message instanceof TopicBatch) await this.#publish(context, isReady ? message : undefined);
    else if (isMessage(message, PubSubBatchTransportSchema))
      await this.#publish(context, isReady ? this.#read(message, sender) : undefined);
    else if (isMessage(message, NotifyAboutFailingSubscribersRequestSchema))
      await this.#notified(context, message);
  }

  #watchTopology(): void {
    // Not by message: a topic that is overloaded must not miss it.
    this.#topology = this.#parts.cluster.members.subscribe(({ left }) => {
      for (const member of left) this.#left.add(memberAddress(member));
    });
  }

  #end(): void {
    this.#topology?.unsubscribe();
    // Others may have started the topic already, if this member was let go.
    if (this.#stored || this.#activation.reason === "evicted" || !this.#isLoaded) return;
    this.#parts.ledger.inherit(this.#topic, this.#subscriptions.all);
  }

  #passivate(context: ActorContext): void {
    context.send(context.parent!, new Passivate(this.#activation));
  }

  #initialize(context: ActorContext, { idleTimeout }: Initialize): void {
    const timeoutMs = idleTimeout ? Number(idleTimeout.seconds) * 1_000 + idleTimeout.nanos / 1e6 : 0;
    if (timeoutMs > 0) context.setReceiveTimeout(Math.min(timeoutMs, maxTimeoutMs));
    context.respond(create(AcknowledgeSchema));
  }

  /** Finds out who is subscribed, before the first request; false if that cannot be found out now. */
  async #load(context: ActorContext): Promise<boolean> {
    const { ledger, askOthers, config } = this.#parts;
    try {
      if (!this.#isLoaded) {
        const stored = this.#stored
          ? await this.#stored.load()
          : [...ledger.tell(this.#topic), ...(await askOthers(this.#topic))];
        for (const subscription of stored.slice(0, config.maxSubscribers))
          this.#subscriptions.add(subscription);
        this.#isLoaded = true;
        const addresses = new Set(this.#parts.cluster.members.topology.members.map(memberAddress));
        await this.#remove((pid, { wire }) => !addresses.has(pid.address) && !wire.takesAnyType);
      }
    } catch (error) {
      context.system.logger.error({ error, topic: this.#topic }, "a topic's subscribers could not be loaded");
      return false;
    }
    if (this.#left.size > 0) await this.#removeLeft();
    return this.#isLoaded;
  }

  async #removeLeft(): Promise<void> {
    const left = new Set(this.#left);
    this.#left.clear();
    await this.#remove(({ address }) => left.has(address));
  }

  /** Why nothing was changed; empty if it was. */
  async #subscribe({ subscriber }: SubscribeRequest, by: PID | undefined): Promise<string> {
    const subscription = readSubscription(subscriber);
    if (!subscription) return "the subscriber is neither an actor nor a grain";
    if (!livesNear(subscription, by, this.#parts.cluster))
      return "the subscriber lives neither where it is subscribed from nor on a member";
    if (this.#subscriptions.has(subscription.key)) return "";
    const { maxSubscribers } = this.#parts.config;
    if (this.#subscriptions.size >= maxSubscribers)
      return `the topic has ${maxSubscribers} subscribers already`;
    this.#subscriptions.add(subscription);
    return this.#save();
  }

  async #unsubscribe({ subscriber }: UnsubscribeRequest): Promise<string> {
    const subscription = readSubscription(subscriber);
    if (!subscription) return "the subscriber is neither an actor nor a grain";
    if (!this.#subscriptions.remove(subscription.key)) return "";
    const refusal = await this.#save();
    if (refusal === "") this.#parts.tellEnded(this.#topic, subscription);
    return refusal;
  }

  /** Stores the subscriptions. If that fails, what is stored counts: another activation may have written it. */
  async #save(): Promise<string> {
    try {
      await this.#stored?.save(this.#subscriptions.all);
      return "";
    } catch (error) {
      const { logger } = this.#parts.cluster.system;
      logger.error({ error, topic: this.#topic }, "a topic's subscribers could not be stored");
      this.#isLoaded = false;
      this.#subscriptions.clear();
      return "the subscription could not be stored";
    }
  }

  #answer(context: ActorContext, request: SubscribeRequest | UnsubscribeRequest, refusal: string): void {
    // Who does not know of refusals would take the answer for a success; without one it finds out in its time.
    if (refusal !== "" && !request.takesRefusal) return;
    const schema = isMessage(request, SubscribeRequestSchema)
      ? SubscribeResponseSchema
      : UnsubscribeResponseSchema;
    context.respond(create(schema, { refusal }));
  }

  #read(wire: PubSubBatchTransport, sender: PID | undefined): TopicBatch | undefined {
    try {
      const batch = TopicBatch.read(wire, this.#parts.batchTypes);
      if (sender) this.#parts.foreignTypes.learn(sender.address, batch);
      return batch;
    } catch (error) {
      const { logger } = this.#parts.cluster.system;
      logger.warn({ error, topic: this.#topic }, "what was published is no batch of messages");
      return undefined;
    }
  }

  async #publish(context: ActorContext, batch: TopicBatch | undefined): Promise<void> {
    if (batch) await this.#dispatch.dispatch(context, batch, this.#subscriptions.all);
    const status = batch ? PublishStatus.Ok : PublishStatus.Failed;
    if (context.sender) context.respond(create(PublishResponseSchema, { status }));
  }

  async #notified(
    context: ActorContext,
    { invalidDeliveries }: NotifyAboutFailingSubscribersRequest,
  ): Promise<void> {
    const found = invalidDeliveries.flatMap(({ subscriber, status }) => {
      const subscription = readSubscription(subscriber);
      if (!subscription || !this.#subscriptions.has(subscription.key)) return [];
      return [{ ...subscription, failure: failures[status] ?? ("other_error" as const) }];
    });
    const gone = new Set(
      found.flatMap(({ key, failure }) => (failure === "no_longer_reachable" ? [key] : [])),
    );
    if (gone.size > 0) await this.#remove((_pid, { key }) => gone.has(key));
    if (found.length > 0) context.system.eventStream.publish(new DeliveryFailed(this.#topic, found));
    context.respond(create(NotifyAboutFailingSubscribersResponseSchema));
  }

  /** The process of a client that has ended: nobody else says so. */
  async #unreachable(_context: ActorContext, { target, reason }: DeadLetterResponse): Promise<void> {
    if (target?.id !== deliveryActorId || reason === "overloaded") return;
    if (isMemberAt(target.address, this.#parts.cluster)) return;
    await this.#remove(({ address }) => address === target.address);
  }

  async #remove(condition: (pid: PID, subscription: Subscription) => boolean): Promise<void> {
    const removed = this.#subscriptions.removeActors(condition);
    if (removed.length === 0) return;
    const subscribers = removed.map(({ subscriber }) => subscriber);
    this.#parts.cluster.system.logger.info(
      { topic: this.#topic, subscribers: subscribers.slice(0, 10).map(String), count: removed.length },
      "a topic has lost subscribers that are gone",
    );
    await this.#save();
  }
}

const notLoaded = "it could not be found out who is subscribed";
/** What a timer takes. */
const maxTimeoutMs = 2 ** 31 - 1;
