import { create, type Message } from "@bufbuild/protobuf";
import { AnsweredBatch } from "@ts-grain/actor";
import { type HasWireForm, type PackedMessage, RemoteError, type TypeRegistry } from "@ts-grain/remote";
import {
  type DeliverBatchRequestTransport,
  DeliverBatchRequestTransportSchema,
  type PublishResponse,
  PublishResponseSchema,
  PublishStatus,
  type PubSubAutoRespondBatchTransport,
  PubSubAutoRespondBatchTransportSchema,
  type PubSubBatchTransport,
  PubSubBatchTransportSchema,
} from "../gen/cluster/pubsub_pb.ts";
import type { Subscription } from "./subscription.ts";

/** Messages in one batch, and so also in one that a peer sends. */
export const maxBatchMessages = 10_000;

/** How much a batch that a peer sent may be built of. */
export interface BatchTypes {
  readonly types: TypeRegistry;
  /** Fields, list and map entries of all its messages. */
  readonly maxElements: number;
}

/**
 * Messages that are published together. Inside a process it is the publisher's messages themselves; what came over the wire stays as it came
 * until somebody needs its messages, so that a topic need not know the types that pass through it.
 */
export class TopicBatch implements HasWireForm {
  readonly #types: BatchTypes;
  #messages: readonly Message[] | undefined;
  #packed: readonly PackedMessage[] | undefined;
  #wire: PubSubBatchTransport | undefined;

  private constructor(
    types: BatchTypes,
    content: { messages?: readonly Message[]; packed?: readonly PackedMessage[] },
  ) {
    this.#types = types;
    this.#messages = content.messages;
    this.#packed = content.packed;
  }

  static of(messages: readonly Message[], types: BatchTypes): TopicBatch {
    return new TopicBatch(types, { messages });
  }

  /** @throws RemoteError "malformed_frame" if it names types that it does not list; "limit_exceeded". */
  static read(wire: PubSubBatchTransport | PubSubAutoRespondBatchTransport, types: BatchTypes): TopicBatch {
    if (wire.envelopes.length > maxBatchMessages)
      throw new RemoteError("limit_exceeded", `a batch has more than ${maxBatchMessages} messages`);
    const packed = wire.envelopes.map(({ typeId, messageData, serializerId }) => {
      const typeName = wire.typeNames[typeId];
      if (typeName === undefined)
        throw new RemoteError("malformed_frame", "a published message has a type that is not in its batch");
      return { typeName, serializerId, bytes: messageData };
    });
    return new TopicBatch(types, { packed });
  }

  /** How many messages it has. */
  get size(): number {
    return (this.#messages ?? this.#packed!).length;
  }

  /** The types of its messages. */
  get typeNames(): ReadonlySet<string> {
    return new Set(
      this.#messages?.map(({ $typeName }) => $typeName) ?? this.#packed!.map(({ typeName }) => typeName),
    );
  }

  /** Whether all messages are in protobuf's binary form, the only one that Go reads inside of a batch. */
  get isBinary(): boolean {
    return this.#packed?.every(({ serializerId }) => serializerId === 0) ?? true;
  }

  /** @throws RemoteError "not_serializable", "limit_exceeded" or "malformed_frame" if they cannot be read here. */
  get messages(): readonly Message[] {
    this.#messages ??= this.#types.types.unpack(this.#packed!, this.#types.maxElements);
    return this.#messages;
  }

  /** The same in two parts, in order. Only for a batch of several messages. */
  halves(): readonly [TopicBatch, TopicBatch] {
    const half = Math.ceil(this.size / 2);
    const part = (from: number, to: number): TopicBatch =>
      new TopicBatch(this.#types, {
        ...(this.#messages && { messages: this.#messages.slice(from, to) }),
        ...(this.#packed && { packed: this.#packed.slice(from, to) }),
      });
    return [part(0, half), part(half, this.size)];
  }

  /** @throws RemoteError "not_serializable" if a message's type is not registered. */
  toWireMessage(): PubSubBatchTransport {
    this.#wire ??= this.#encode();
    return this.#wire;
  }

  #encode(): PubSubBatchTransport {
    const { types } = this.#types;
    this.#packed ??= this.#messages!.map((message) => types.pack(message));
    const indices = new Map<string, number>();
    const envelopes = this.#packed.map(({ typeName, serializerId, bytes }) => {
      const typeId = indices.get(typeName) ?? indices.size;
      indices.set(typeName, typeId);
      return { typeId, messageData: bytes, serializerId };
    });
    return create(PubSubBatchTransportSchema, { typeNames: [...indices.keys()], envelopes });
  }
}

/** A batch on its way to the subscribers in one process. */
export class BatchDelivery implements HasWireForm {
  readonly topic: string;
  readonly subscriptions: readonly Subscription[];
  readonly batch: TopicBatch;

  constructor(topic: string, subscriptions: readonly Subscription[], batch: TopicBatch) {
    this.topic = topic;
    this.subscriptions = subscriptions;
    this.batch = batch;
  }

  toWireMessage(): DeliverBatchRequestTransport {
    return create(DeliverBatchRequestTransportSchema, {
      topic: this.topic,
      subscribers: { subscribers: this.subscriptions.map(({ wire }) => wire) },
      batch: this.batch.toWireMessage(),
    });
  }
}

/** A batch as a subscriber's mailbox gets it: message by message, and then it is answered. */
export class SubscriberBatch extends AnsweredBatch implements HasWireForm {
  readonly batch: TopicBatch;

  /** @throws RemoteError if the batch cannot be read here. */
  constructor(batch: TopicBatch) {
    super(batch.messages);
    this.batch = batch;
  }

  override autoResponse(): PublishResponse {
    return create(PublishResponseSchema, { status: PublishStatus.Ok });
  }

  toWireMessage(): PubSubAutoRespondBatchTransport {
    const { typeNames, envelopes } = this.batch.toWireMessage();
    return create(PubSubAutoRespondBatchTransportSchema, { typeNames, envelopes });
  }
}
