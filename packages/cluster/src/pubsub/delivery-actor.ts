import { create, isMessage, type Message } from "@bufbuild/protobuf";
import type { Actor, ActorContext } from "@ts-grain/actor";
import {
  type DeliverBatchRequestTransport,
  DeliverBatchRequestTransportSchema,
  DeliveryStatus,
  NotifyAboutFailingSubscribersRequestSchema,
} from "../gen/cluster/pubsub_pb.ts";
import {
  FindSubscribersRequestSchema,
  FindSubscribersResponseSchema,
  InheritSubscribersRequestSchema,
  InheritSubscribersResponseSchema,
  SubscriptionEndedSchema,
} from "../gen/tsgrain/cluster/v1/topic_pb.ts";
import type { GrainCluster } from "../grain/grain-cluster.ts";
import { FromPeer } from "../membership/from-peer.ts";
import type { Delivery } from "./delivery.ts";
import { DeliveryFailed, type DeliveryFailure, type FailedDelivery } from "./delivery-failed.ts";
import { isMemberAt } from "./place-of-subscriber.ts";
import { subscriberKey, subscriberToWire } from "./subscriber.ts";
import { readSubscription } from "./subscription.ts";
import type { SubscriptionLedger } from "./subscription-ledger.ts";
import { BatchDelivery, type BatchTypes, TopicBatch } from "./topic-batch.ts";
import type { TopicRequests } from "./topic-requests.ts";

/** What a delivery actor works with. */
export interface DeliveryActorParts {
  readonly cluster: GrainCluster;
  readonly delivery: Delivery;
  readonly ledger: SubscriptionLedger;
  readonly requests: TopicRequests;
  readonly batchTypes: BatchTypes;
  readonly maxSubscribers: number;
}

const statuses: Readonly<Record<DeliveryFailure, DeliveryStatus>> = {
  no_longer_reachable: DeliveryStatus.SubscriberNoLongerReachable,
  timeout: DeliveryStatus.Timeout,
  other_error: DeliveryStatus.OtherError,
};

/** Takes what topics send to the subscribers of its process, and tells them whom it did not reach. Every member and client has one. */
export class DeliveryActor implements Actor {
  readonly #parts: DeliveryActorParts;

  constructor(parts: DeliveryActorParts) {
    this.#parts = parts;
  }

  receive(context: ActorContext): void {
    const { message } = context;
    const { ledger } = this.#parts;
    if (message instanceof BatchDelivery) this.#deliver(context, message);
    else if (isMessage(message, DeliverBatchRequestTransportSchema))
      this.#deliver(context, this.#read(message));
    else if (isMessage(message, FindSubscribersRequestSchema)) this.#tell(context, message.topic);
    else if (message instanceof FromPeer) this.#inherit(context, message);
    else if (isMessage(message, SubscriptionEndedSchema)) {
      const ended = readSubscription(message.subscriber);
      if (ended) ledger.remove(message.topic, ended.key);
    }
  }

  /** Only of members: topics connect to where subscribers live. */
  #inherit(context: ActorContext, { told, address }: FromPeer): void {
    const { cluster, ledger, maxSubscribers } = this.#parts;
    if (!isMessage(told, InheritSubscribersRequestSchema) || !isMemberAt(address, cluster)) return;
    const subscribers = told.subscribers?.subscribers.slice(0, maxSubscribers) ?? [];
    ledger.inherit(
      told.topic,
      subscribers.flatMap((wire) => readSubscription(wire) ?? []),
    );
    context.respond(create(InheritSubscribersResponseSchema));
  }

  /** @throws RemoteError for a batch that is none: the actor goes on with its next message. */
  #read({ topic, subscribers, batch }: DeliverBatchRequestTransport): BatchDelivery | undefined {
    if (!batch || !subscribers) return undefined;
    try {
      const subscriptions = subscribers.subscribers.flatMap((wire) => readSubscription(wire) ?? []);
      return new BatchDelivery(topic, subscriptions, TopicBatch.read(batch, this.#parts.batchTypes));
    } catch {
      return undefined;
    }
  }

  #deliver(context: ActorContext, delivery: BatchDelivery | undefined): void {
    const { system } = context;
    if (!delivery) {
      system.logger.warn({}, "what was to be delivered is no batch of published messages");
      return;
    }
    void this.#parts.delivery.deliver(delivery).then((failures) => {
      if (failures.length === 0) return;
      system.eventStream.publish(new DeliveryFailed(delivery.topic, failures));
      this.#report(context, delivery.topic, failures);
    });
  }

  #report({ system }: ActorContext, topic: string, failures: readonly FailedDelivery[]): void {
    const { ledger, requests } = this.#parts;
    for (const { subscriber, failure } of failures)
      if (failure === "no_longer_reachable") ledger.remove(topic, subscriberKey(subscriber));
    const invalidDeliveries = failures.map(({ subscriber, failure }) => ({
      subscriber: subscriberToWire(subscriber),
      status: statuses[failure],
    }));
    const message: Message = create(NotifyAboutFailingSubscribersRequestSchema, { invalidDeliveries });
    requests.ask({ topic, message }).catch((error: unknown) => {
      system.logger.debug({ error, topic }, "a topic could not be told of failed deliveries");
    });
  }

  #tell(context: ActorContext, topic: string): void {
    const subscribers = this.#parts.ledger.tell(topic).map(({ wire }) => wire);
    context.respond(create(FindSubscribersResponseSchema, { subscribers: { subscribers } }));
  }
}
