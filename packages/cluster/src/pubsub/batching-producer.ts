import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import type { Clock, Logger } from "@ts-grain/actor";
import { ClusterError } from "../cluster-error.ts";
import { pause } from "../membership/provider/pause.ts";
import {
  type ProducerConfig,
  type ProducerOptions,
  type PublishDecision,
  resolveProducerOptions,
} from "./producer-options.ts";
import type { TopicRequestOptions } from "./topic-requests.ts";

/** What a producer publishes with. */
export interface ProducerParts<Desc extends DescMessage> {
  readonly topic: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Tells the topic after how many milliseconds it may end itself. */
  readonly initialize: (idleTimeoutMs: number) => Promise<void>;
  /** Publishes one batch. */
  readonly publish: (
    messages: readonly MessageInitShape<Desc>[],
    options: TopicRequestOptions,
  ) => Promise<void>;
}

/**
 * How one message is produced.
 *
 * @see {@link BatchingProducer}
 */
export interface ProduceOptions {
  /** Takes the message back, unless it is being published already; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * How a producer stops.
 *
 * @see {@link BatchingProducer}
 */
export interface ProducerStopOptions {
  /** Milliseconds in which what waits may still be published. Default 5,000. */
  readonly timeoutMs?: number | undefined;
}

/** A message that waits. */
interface Pending<Desc extends DescMessage> {
  readonly message: MessageInitShape<Desc>;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Publishes to one topic what it is given one by one: in order, one batch at a time, each with all that has come
 * meanwhile. Made by `Topic.createProducer`.
 *
 * @example
 * import type { StringValueSchema } from "@bufbuild/protobuf/wkt";
 * import type { BatchingProducer, ProduceOptions, ProducerStopOptions } from "@ts-grain/cluster";
 *
 * async function publishAll(
 *   producer: BatchingProducer<typeof StringValueSchema>,
 *   readings: AsyncIterable<string>,
 *   signal: AbortSignal,
 * ): Promise<void> {
 *   const options: ProduceOptions = { signal };
 *   for await (const value of readings) {
 *     await producer.whenRoom(options);
 *     producer
 *       .produce({ value }, options)
 *       .catch((error: unknown) => console.error("not published:", error));
 *   }
 *   const soon: ProducerStopOptions = { timeoutMs: 1_000 };
 *   await producer.stop(soon);
 * }
 */
export class BatchingProducer<Desc extends DescMessage = DescMessage> implements AsyncDisposable {
  readonly #config: ProducerConfig<Desc>;
  readonly #parts: ProducerParts<Desc>;
  readonly #aborted = new AbortController();
  #queue: Pending<Desc>[] = [];
  #batch: readonly Pending<Desc>[] = [];
  #isInitialized = false;
  #publishing: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  /** Why nothing more is taken. */
  #stopped: unknown;

  /** @internal */
  constructor(options: ProducerOptions<Desc>, parts: ProducerParts<Desc>) {
    this.#config = resolveProducerOptions(options);
    this.#parts = parts;
  }

  /** Messages that wait or are being published. */
  get queued(): number {
    return this.#queue.length + this.#batch.length;
  }

  /**
   * Takes a message, and resolves when it was published, as `Topic.publish`. A caller need not look at the promise: a batch that
   * fails is also logged.
   *
   * @throws ClusterError "overloaded" if too many wait already: nothing was taken; "stopped" after `stop` and after a failure that
   * stopped the producer, which is then the cause; whatever made its batch fail; the signal's reason.
   */
  produce(message: MessageInitShape<Desc>, { signal }: ProduceOptions = {}): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Whoever does not look at it has been told by the log.
    promise.catch(() => undefined);
    if (signal?.aborted) reject(signal.reason);
    else if (this.#stopped !== undefined || this.#stopping) reject(this.#refusal());
    else if (this.queued >= this.#config.maxQueued)
      reject(new ClusterError("overloaded", `${this.queued} messages wait to be published to ${this.#name}`));
    else this.#take({ message, resolve, reject, signal }, promise);
    return promise;
  }

  /**
   * Resolves when `produce` would take a message: at once, or when some have been published. Awaiting it before each message keeps
   * pace with the topic.
   *
   * @throws ClusterError "stopped"; the signal's reason.
   */
  async whenRoom({ signal }: ProduceOptions = {}): Promise<void> {
    while (this.#stopped === undefined && !this.#stopping && this.queued >= this.#config.maxQueued) {
      signal?.throwIfAborted();
      this.#room ??= Promise.withResolvers();
      const { promise: aborted, reject } = Promise.withResolvers<never>();
      const abort = (): void => reject(signal?.reason);
      signal?.addEventListener("abort", abort, { once: true });
      try {
        await Promise.race([this.#room.promise, aborted]);
      } finally {
        signal?.removeEventListener("abort", abort);
      }
    }
    signal?.throwIfAborted();
    if (this.#stopped !== undefined || this.#stopping) throw this.#refusal();
  }

  /** Takes no more, and resolves when all that waits was published, has failed, or had its time: then it fails as "stopped". Idempotent. */
  stop({ timeoutMs = 5_000 }: ProducerStopOptions = {}): Promise<void> {
    this.#stopping ??= this.#stop(timeoutMs);
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(timeoutMs: number): Promise<void> {
    const timer = this.#parts.clock.schedule(timeoutMs, () => this.#aborted.abort(this.#refusal()));
    this.#makeRoom();
    await this.#publishing;
    timer.cancel();
  }

  #take(pending: Pending<Desc>, settled: Promise<void>): void {
    this.#queue.push(pending);
    const { signal } = pending;
    if (signal) {
      const abort = (): void => this.#withdraw(pending);
      const forget = (): void => signal.removeEventListener("abort", abort);
      signal.addEventListener("abort", abort);
      settled.then(forget, forget);
    }
    this.#publishing ??= this.#publishAll();
  }

  #withdraw(pending: Pending<Desc>): void {
    const at = this.#queue.indexOf(pending);
    if (at === -1) return;
    this.#queue.splice(at, 1);
    pending.reject(pending.signal?.reason);
    this.#makeRoom();
  }

  async #publishAll(): Promise<void> {
    // All that is produced until the running code returns goes out together.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      this.#batch = this.#queue.splice(0, this.#config.batchSize);
      await this.#publishBatch();
      this.#batch = [];
      this.#makeRoom();
    }
    // In the same breath as the last look at the queue: what is produced from now on begins anew.
    this.#publishing = undefined;
  }

  async #publishBatch(): Promise<void> {
    for (let attempt = 1; this.#batch.length > 0; attempt++) {
      try {
        await this.#attempt();
        for (const { resolve } of this.#batch) resolve();
        return;
      } catch (error) {
        if (!(await this.#failed(error, attempt))) return;
      }
      this.#batch = this.#batch.filter((pending) => {
        if (!pending.signal?.aborted) return true;
        pending.reject(pending.signal.reason);
        return false;
      });
    }
  }

  async #attempt(): Promise<void> {
    const { initialize, publish } = this.#parts;
    const { topicIdleTimeoutMs, publishTimeoutMs: timeoutMs } = this.#config;
    const { signal } = this.#aborted;
    signal.throwIfAborted();
    if (!this.#isInitialized && topicIdleTimeoutMs > 0) await initialize(topicIdleTimeoutMs);
    this.#isInitialized = true;
    await publish(
      this.#batch.map(({ message }) => message),
      { timeoutMs, signal },
    );
  }

  /** Whether the batch is to be tried again. */
  async #failed(error: unknown, attempt: number): Promise<boolean> {
    const decision = this.#aborted.signal.aborted ? "stop" : this.#decide(error, attempt);
    if (decision === "retry") return true;
    if (typeof decision === "object") {
      const { clock } = this.#parts;
      await pause(decision.retryAfterMs, { clock, signal: this.#aborted.signal });
      return true;
    }
    this.#parts.logger.error(
      { error, attempt, topic: this.#parts.topic, messages: this.#batch.length },
      decision === "stop"
        ? "a producer could not publish, and has stopped"
        : "a producer could not publish a batch",
    );
    if (decision === "stop") {
      this.#stopped = error;
      this.#batch = [...this.#batch, ...this.#queue.splice(0)];
    }
    for (const { reject } of this.#batch) reject(error);
    return false;
  }

  #decide(error: unknown, attempt: number): PublishDecision {
    const messages = this.#batch.map(({ message }) => message);
    try {
      return this.#config.onFailure({ error, attempt, messages });
    } catch (failure) {
      this.#parts.logger.error({ error: failure }, "a producer's onFailure failed");
      return "stop";
    }
  }

  #makeRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }

  #refusal(): ClusterError {
    const cause = this.#stopped;
    return new ClusterError("stopped", `the producer for ${this.#name} has stopped`, { cause });
  }

  get #name(): string {
    return JSON.stringify(this.#parts.topic);
  }
}
