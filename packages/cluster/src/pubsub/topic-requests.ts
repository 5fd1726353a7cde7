import type { Message } from "@bufbuild/protobuf";
import { ActorError, type PID } from "@ts-grain/actor";
import { ClusterError } from "../cluster-error.ts";
import { Deadline } from "../grain/deadline.ts";
import type { GrainCluster } from "../grain/grain-cluster.ts";
import { pauseBeforeRetry } from "../grain/retry-pause.ts";
import type { ClusterIdentity } from "../identity/cluster-identity.ts";
import type { PidCache } from "../identity/pid-cache.ts";
import type { TopicBatch } from "./topic-batch.ts";
import { topicIdentity } from "./topic-names.ts";

/**
 * How long something that a topic is asked may take.
 *
 * @example
 * import type { StringValueSchema } from "@bufbuild/protobuf/wkt";
 * import type { Topic, TopicRequestOptions } from "@ts-grain/cluster";
 *
 * const patient: TopicRequestOptions = { timeoutMs: 30_000 };
 * const tell = (topic: Topic<typeof StringValueSchema>, value: string) =>
 *   topic.publish({ value }, patient);
 */
export interface TopicRequestOptions {
  /** Milliseconds until the promise settles, retries included. Default: the cluster's `requestTimeoutMs` (5,000). */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait; the promise rejects with the signal's reason. The topic may still do what it was asked. */
  readonly signal?: AbortSignal | undefined;
}

/** What requests are made with. */
export interface TopicRequestParts {
  readonly cluster: GrainCluster;
  readonly cache: PidCache;
}

/** A request and whether it may go to the process at an address. */
export interface TopicRequest {
  readonly topic: string;
  readonly message: Message | TopicBatch;
  /** Throws if it may not. */
  readonly check?: ((address: string) => void) | undefined;
}

/** Asks topics, wherever they live; again only if there is proof that nothing was started. */
export class TopicRequests {
  readonly #parts: TopicRequestParts;

  constructor(parts: TopicRequestParts) {
    this.#parts = parts;
  }

  /**
   * What the topic answers.
   *
   * @throws ClusterError "no_member", "not_delivered", "overloaded", "outcome_unknown", "invalid_options" or "stopped".
   */
  async ask(request: TopicRequest, options: TopicRequestOptions = {}): Promise<unknown> {
    const { cluster } = this.#parts;
    const { timeoutMs = cluster.requestTimeoutMs, signal } = options;
    const deadline = new Deadline(cluster.system.clock, timeoutMs);
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#attempt(request, deadline, signal);
      } catch (error) {
        if (!isSafeToRepeat(error) || deadline.remainingMs === 0) throw error;
      }
      await pauseBeforeRetry(cluster, { attempt, deadline, signal });
    }
  }

  /** The activation of a grain, from memory if it is known. @throws ClusterError as the cluster's `locate`. */
  async locate(identity: ClusterIdentity, deadline: Deadline, signal?: AbortSignal): Promise<PID> {
    const { cluster, cache } = this.#parts;
    return cache.find(identity)?.pid ?? cluster.locate(identity, { timeoutMs: deadline.remainingMs, signal });
  }

  async #attempt(
    { topic, message, check }: TopicRequest,
    deadline: Deadline,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const { cluster, cache } = this.#parts;
    const identity = topicIdentity(topic);
    const pid = await this.locate(identity, deadline, signal);
    check?.(pid.address);
    try {
      return await cluster.system.root.requestAsync(pid, message, {
        timeoutMs: deadline.remainingMs,
        signal,
      });
    } catch (error) {
      if (!ActorError.is(error)) throw error;
      if (error.code === "dead_letter") cache.remove(identity, pid);
      throw toOutcome(error, topic);
    }
  }
}

function isSafeToRepeat(error: unknown): boolean {
  return ClusterError.is(error) && (error.code === "not_delivered" || error.code === "no_member");
}

function toOutcome(error: ActorError, topic: string): Error {
  const name = JSON.stringify(topic);
  const options = { cause: error };
  switch (error.code) {
    case "dead_letter":
      return new ClusterError("not_delivered", `topic ${name} was not reached`, options);
    case "overloaded":
      return new ClusterError("overloaded", `topic ${name} refused: too much is queued`, options);
    case "deadline_exceeded":
      return new ClusterError("outcome_unknown", `topic ${name} did not answer in time`, options);
    case "stopped":
      return new ClusterError("stopped", `topic ${name} was not asked: this process is ending`, options);
    case "invalid_message":
    case "invalid_options":
    case "name_taken":
    case "no_message":
      return error;
  }
}
