import { ClusterError } from "../cluster-error.ts";
import type { GrainFactory } from "./grain.ts";
import type { GrainService } from "./grain-service.ts";

/**
 * How a kind's activations live.
 *
 * @example
 * import type { GrainFactory, KindOptions } from "@ts-grain/cluster";
 * import { newSmartBulbKind, type SmartBulbGrain } from "./gen/smartbulb_grain.ts";
 *
 * const options: KindOptions = { idleTimeoutMs: 10 * 60_000, maxQueuedCalls: 100 };
 * const bulbKind = (factory: GrainFactory<SmartBulbGrain>) => newSmartBulbKind(factory, options);
 */
export interface KindOptions {
  /**
   * Milliseconds without a call after which an activation ends, up to a 64th of them later. 0 = never. Default: what the
   * contract says, else 60,000.
   */
  readonly idleTimeoutMs?: number | undefined;
  /**
   * Calls that may wait for one activation, at least 1. One more is refused as `overloaded`. Default 10,000.
   */
  readonly maxQueuedCalls?: number | undefined;
  /**
   * How many activations may be under way on a member at once, at least 1, where `onActivate` or the factory returns a promise: so that
   * thousands of grains that a killed member had do not load their state all at once. Default 64. The others wait, in the order in which
   * they came, and are not begun if the time of all calls that they have is over by then. What is under way counts until it calls another grain through its context, as it may wait for one of those that wait, and
   * until no other has got through for a second: a store that hangs is asked by as many again then.
   */
  readonly maxConcurrentActivations?: number | undefined;
}

/**
 * Used where a kind's options say nothing.
 *
 * @example
 * import { kindDefaults } from "@ts-grain/cluster";
 *
 * console.log(kindDefaults.idleTimeoutMs); // prints: 60000
 */
export const kindDefaults: {
  readonly idleTimeoutMs: number;
  readonly maxQueuedCalls: number;
  readonly maxConcurrentActivations: number;
} = {
  idleTimeoutMs: 60_000,
  maxQueuedCalls: 10_000,
  maxConcurrentActivations: 64,
};

/**
 * A service and how a member makes grains of it. Give it to `configureCluster`.
 *
 * @example
 * import { type ClusterOptions, type Kind, kindDefaults } from "@ts-grain/cluster";
 *
 * function hosting(kinds: readonly Kind[]): ClusterOptions {
 *   const slow = kinds.filter(({ idleTimeoutMs }) => idleTimeoutMs > kindDefaults.idleTimeoutMs);
 *   console.error(`${slow.length} of ${kinds.length} kinds stay for more than a minute`);
 *   return { kinds };
 * }
 */
export interface Kind {
  readonly name: string;
  readonly service: GrainService;
  readonly factory: GrainFactory<object>;
  readonly idleTimeoutMs: number;
  readonly maxQueuedCalls: number;
  readonly maxConcurrentActivations: number;
}

/**
 * The kind of a service. Called by generated code.
 *
 * @throws ClusterError "invalid_options", saying which one.
 * @example
 * import {
 *   type GrainFactory,
 *   grainKind,
 *   grainService,
 *   type Kind,
 *   type KindOptions,
 * } from "@ts-grain/cluster/codegenv1";
 * import type { SmartBulbGrain, SmartBulbGrainClient } from "./gen/smartbulb_grain.ts";
 * import { SmartBulb } from "./gen/smartbulb_pb.ts";
 *
 * // As generated code does in newSmartBulbKind.
 * const bulbService = grainService<SmartBulbGrain, SmartBulbGrainClient>(SmartBulb);
 * const newBulbKind = (factory: GrainFactory<SmartBulbGrain>, options?: KindOptions): Kind =>
 *   grainKind(bulbService, factory, options);
 */
export function grainKind<Grain extends object>(
  service: GrainService<Grain>,
  factory: GrainFactory<Grain>,
  options: KindOptions = {},
): Kind {
  const {
    idleTimeoutMs = service.idleTimeoutMs ?? kindDefaults.idleTimeoutMs,
    maxQueuedCalls = kindDefaults.maxQueuedCalls,
    maxConcurrentActivations = kindDefaults.maxConcurrentActivations,
  } = options;
  if (!(idleTimeoutMs >= 0)) {
    throw new ClusterError(
      "invalid_options",
      `${service.kind}: idleTimeoutMs must be 0 or more, got ${idleTimeoutMs}`,
    );
  }
  for (const [option, value] of Object.entries({ maxQueuedCalls, maxConcurrentActivations })) {
    if (!(value >= 1))
      throw new ClusterError(
        "invalid_options",
        `${service.kind}: ${option} must be at least 1, got ${value}`,
      );
  }
  return { name: service.kind, service, factory, idleTimeoutMs, maxQueuedCalls, maxConcurrentActivations };
}
