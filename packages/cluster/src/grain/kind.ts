import { ClusterError } from "../cluster-error.ts";
import type { GrainFactory } from "./grain.ts";
import type { GrainService } from "./grain-service.ts";

/** How a kind's activations live. */
export interface KindOptions {
  /** Milliseconds without a call after which an activation ends. 0 = never. Default: what the contract says, else 60,000. */
  readonly idleTimeoutMs?: number | undefined;
  /**
   * Calls that may wait for one activation, at least 1. One more is refused as `overloaded`. Default 10,000.
   */
  readonly maxQueuedCalls?: number | undefined;
}

/** Used where a kind's options say nothing. */
export const kindDefaults: { readonly idleTimeoutMs: number; readonly maxQueuedCalls: number } = {
  idleTimeoutMs: 60_000,
  maxQueuedCalls: 10_000,
};

/** A service and how a member makes grains of it. Give it to `configureCluster`. */
export interface Kind {
  readonly name: string;
  readonly service: GrainService;
  readonly factory: GrainFactory<object>;
  readonly idleTimeoutMs: number;
  readonly maxQueuedCalls: number;
}

/**
 * The kind of a service. Called by generated code.
 *
 * @throws ClusterError "invalid_options", saying which one.
 */
export function grainKind<Grain extends object>(
  service: GrainService<Grain>,
  factory: GrainFactory<Grain>,
  options: KindOptions = {},
): Kind {
  const {
    idleTimeoutMs = service.idleTimeoutMs ?? kindDefaults.idleTimeoutMs,
    maxQueuedCalls = kindDefaults.maxQueuedCalls,
  } = options;
  if (!(idleTimeoutMs >= 0)) {
    throw new ClusterError(
      "invalid_options",
      `${service.kind}: idleTimeoutMs must be 0 or more, got ${idleTimeoutMs}`,
    );
  }
  if (!(maxQueuedCalls >= 1)) {
    throw new ClusterError(
      "invalid_options",
      `${service.kind}: maxQueuedCalls must be at least 1, got ${maxQueuedCalls}`,
    );
  }
  return { name: service.kind, service, factory, idleTimeoutMs, maxQueuedCalls };
}
