import { isMessage } from "@bufbuild/protobuf";
import { ActorError, PID, type Process } from "@ts-grain/actor";
import { PublishResponseSchema } from "../gen/cluster/pubsub_pb.ts";
import { Deadline } from "../grain/deadline.ts";
import { deepFreeze } from "../grain/freeze.ts";
import type { GrainCluster } from "../grain/grain-cluster.ts";
import type { ClusterIdentity } from "../identity/cluster-identity.ts";
import type { PidCache } from "../identity/pid-cache.ts";
import type { FailedDelivery } from "./delivery-failed.ts";
import type { ForeignTypes } from "./foreign-types.ts";
import { type DeliveryOutcome, GrainLane } from "./grain-lane.ts";
import type { PubSubConfig } from "./pub-sub-options.ts";
import type { Subscription } from "./subscription.ts";
import { type BatchDelivery, SubscriberBatch } from "./topic-batch.ts";
import type { TopicRequests } from "./topic-requests.ts";

/** An actor of this process answers always: at the latest when it stops. */
const untilHandled = { timeoutMs: Number.POSITIVE_INFINITY };

/** What deliveries are made with. */
export interface DeliveryParts {
  readonly cluster: GrainCluster;
  readonly cache: PidCache;
  readonly requests: TopicRequests;
  readonly foreignTypes: ForeignTypes;
  readonly config: PubSubConfig;
  readonly freezesMessages: boolean;
  /** Whether peers may address a process of this system. */
  readonly isExposed: (pid: PID) => boolean;
}

/** Hands published messages to the subscribers of this process, and to the grains that are, or just were, active here. */
export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #lanes = new Map<string, GrainLane>();
  /** Messages that were handed to a subscriber and not handled yet. */
  readonly #unhandled = new Map<string, number>();
  /** Holds processes, not ids: a later process of the same id has not subscribed. */
  readonly #subscribed = new WeakSet<Process>();

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  /** An actor of this process has subscribed: what is published may reach it. */
  admit(pid: PID): void {
    const process = this.#parts.cluster.system.processes.getLocal(pid.id);
    if (process) this.#subscribed.add(process);
  }

  /** Delivers a batch to each subscriber, and resolves with those that it failed for. Never waits for a slow one before it turns to another. */
  async deliver(delivery: BatchDelivery): Promise<readonly FailedDelivery[]> {
    const batch = this.#read(delivery);
    const outcomes = await Promise.all(
      delivery.subscriptions.map((subscription) => this.#toSubscriber(subscription, batch)),
    );
    return delivery.subscriptions.flatMap(({ subscriber }, index) => {
      const failure = outcomes[index]!;
      return failure === "delivered" ? [] : [{ subscriber, failure }];
    });
  }

  #read({ topic, batch }: BatchDelivery): SubscriberBatch | undefined {
    const { cluster, freezesMessages } = this.#parts;
    try {
      const readable = new SubscriberBatch(batch);
      if (freezesMessages) for (const message of batch.messages) deepFreeze(message);
      return readable;
    } catch (error) {
      cluster.system.logger.error({ error, topic }, "published messages cannot be read here");
      return undefined;
    }
  }

  async #toSubscriber(
    { key, subscriber }: Subscription,
    batch: SubscriberBatch | undefined,
  ): Promise<DeliveryOutcome> {
    if (!batch) return "other_error";
    const before = this.#unhandled.get(key) ?? 0;
    const after = before + batch.batch.size;
    if (before > 0 && after > this.#parts.config.maxUnhandled) return "other_error";
    this.#unhandled.set(key, after);
    const release = (): void => {
      const left = this.#unhandled.get(key)! - batch.batch.size;
      if (left > 0) this.#unhandled.set(key, left);
      else this.#unhandled.delete(key);
    };
    const handled =
      subscriber instanceof PID ? this.#toActor(subscriber, batch) : this.#toGrain(subscriber, key, batch);
    // Until it is really handled it counts as waiting, however long that takes.
    void handled.then(release);
    return this.#inTime(handled);
  }

  async #inTime(handled: Promise<DeliveryOutcome>): Promise<DeliveryOutcome> {
    const { config, cluster } = this.#parts;
    const { promise: late, resolve } = Promise.withResolvers<DeliveryOutcome>();
    const timer = cluster.system.clock.schedule(config.subscriberTimeoutMs, () => resolve("timeout"));
    try {
      return await Promise.race([handled, late]);
    } finally {
      timer.cancel();
    }
  }

  async #toActor(pid: PID, batch: SubscriberBatch): Promise<DeliveryOutcome> {
    if (!this.#reaches(pid)) return "no_longer_reachable";
    try {
      await this.#parts.cluster.system.root.requestAsync(pid, batch, untilHandled);
      return "delivered";
    } catch (error) {
      return ActorError.is(error) && error.code === "dead_letter" ? "no_longer_reachable" : "other_error";
    }
  }

  /** Peers name whom to deliver to: never a process that has nothing to do with them. */
  #reaches(pid: PID): boolean {
    const { processes } = this.#parts.cluster.system;
    if (!processes.isLocal(pid) || pid.requestId !== 0) return false;
    const process = processes.getLocal(pid.id);
    return process !== undefined && (this.#subscribed.has(process) || this.#parts.isExposed(pid));
  }

  async #toGrain(grain: ClusterIdentity, key: string, batch: SubscriberBatch): Promise<DeliveryOutcome> {
    const { cluster, config } = this.#parts;
    const lane = this.#lanes.get(key) ?? this.#createLane(grain);
    this.#lanes.set(key, lane);
    const outcome = await lane.deliver(batch, new Deadline(cluster.system.clock, config.subscriberTimeoutMs));
    if (lane.isIdle) this.#lanes.delete(key);
    return outcome;
  }

  #createLane(grain: ClusterIdentity): GrainLane {
    const { requests, cache } = this.#parts;
    return new GrainLane({
      locate: (deadline) => requests.locate(grain, deadline),
      send: (pid, batch, deadline) => this.#send(pid, batch, deadline),
      forget: (pid) => cache.remove(grain, pid),
    });
  }

  async #send(pid: PID, batch: SubscriberBatch, deadline: Deadline): Promise<void> {
    const { cluster, foreignTypes } = this.#parts;
    const { root, processes } = cluster.system;
    if (!processes.isLocal(pid) && !foreignTypes.canRead(pid.address, batch.batch))
      throw new TypeError(`the process at ${pid.address} is not known to know the published types`);
    const wait = processes.isLocal(pid) ? untilHandled : { timeoutMs: deadline.remainingMs };
    const answer = await root.requestAsync(pid, batch, wait);
    if (!isMessage(answer, PublishResponseSchema))
      throw new TypeError("a subscriber answered something else");
  }
}
