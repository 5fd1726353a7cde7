import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import { ClusterError } from "../cluster-error.ts";

/**
 * A batch that could not be published.
 *
 * @see {@link ProducerOptions}
 */
export interface PublishFailure<Desc extends DescMessage = DescMessage> {
  readonly error: unknown;
  /** How often it was tried, from 1. */
  readonly attempt: number;
  readonly messages: readonly MessageInitShape<Desc>[];
}

/**
 * What becomes of a batch that could not be published. "stop": its messages and all that wait fail, and the producer takes no more, so
 * that nothing overtakes what failed; "skip": its messages fail, and the next ones follow; "retry": at once, or
 * after so many milliseconds.
 *
 * @see {@link ProducerOptions}
 */
export type PublishDecision = "stop" | "skip" | "retry" | { readonly retryAfterMs: number };

/**
 * How a producer makes batches.
 *
 * @example
 * import type { ProducerOptions, PublishDecision, PublishFailure } from "@ts-grain/cluster";
 *
 * // Tries a batch three times, a second apart, and then leaves it out.
 * const options: ProducerOptions = {
 *   maxQueued: 1_000,
 *   onFailure({ attempt }: PublishFailure): PublishDecision {
 *     return attempt < 3 ? { retryAfterMs: 1_000 } : "skip";
 *   },
 * };
 */
export interface ProducerOptions<Desc extends DescMessage = DescMessage> {
  /** Messages in one batch, 1 to 10,000. Default 2,000. */
  readonly batchSize?: number | undefined;
  /** Messages that wait to be published, those of the present batch included. What comes beyond fails as "overloaded". Default 10,000. */
  readonly maxQueued?: number | undefined;
  /** Milliseconds that one attempt to publish a batch may take. Default 5,000. */
  readonly publishTimeoutMs?: number | undefined;
  /** Milliseconds after which the topic ends itself if nobody asks it for anything; it starts again by itself. Default: never. */
  readonly topicIdleTimeoutMs?: number | undefined;
  /**
   * Decides about a batch that could not be published. A retry after "outcome_unknown" may publish it twice. Must not throw. Default: "stop".
   */
  readonly onFailure?: ((failure: PublishFailure<Desc>) => PublishDecision) | undefined;
}

/** Options after defaults. */
export interface ProducerConfig<Desc extends DescMessage> {
  readonly batchSize: number;
  readonly maxQueued: number;
  readonly publishTimeoutMs: number;
  /** 0: never. */
  readonly topicIdleTimeoutMs: number;
  readonly onFailure: (failure: PublishFailure<Desc>) => PublishDecision;
}

/**
 * Used where `ProducerOptions` say nothing.
 *
 * @example
 * import { type ProducerOptions, producerDefaults } from "@ts-grain/cluster";
 *
 * const options: ProducerOptions = { maxQueued: 10 * producerDefaults.maxQueued };
 */
export const producerDefaults: {
  readonly batchSize: number;
  readonly maxQueued: number;
  readonly publishTimeoutMs: number;
} = { batchSize: 2_000, maxQueued: 10_000, publishTimeoutMs: 5_000 };

/** @throws ClusterError "invalid_options", naming the option. */
export function resolveProducerOptions<Desc extends DescMessage>(
  options: ProducerOptions<Desc>,
): ProducerConfig<Desc> {
  const {
    batchSize = producerDefaults.batchSize,
    maxQueued = producerDefaults.maxQueued,
    publishTimeoutMs = producerDefaults.publishTimeoutMs,
    topicIdleTimeoutMs = 0,
    onFailure = () => "stop",
  } = options;
  for (const [option, value] of Object.entries({ batchSize, maxQueued, publishTimeoutMs })) {
    if (!(value >= 1))
      throw new ClusterError("invalid_options", `${option} must be at least 1, got ${value}`);
  }
  if (batchSize > 10_000)
    throw new ClusterError("invalid_options", `batchSize must be at most 10000, got ${batchSize}`);
  if (!(topicIdleTimeoutMs >= 0))
    throw new ClusterError(
      "invalid_options",
      `topicIdleTimeoutMs must be 0 or more, got ${topicIdleTimeoutMs}`,
    );
  return { batchSize, maxQueued, publishTimeoutMs, topicIdleTimeoutMs, onFailure };
}
