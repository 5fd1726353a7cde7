import { ClusterError } from "../../cluster-error.ts";

/**
 * How a provider deals with its directory, in milliseconds.
 *
 * @see {@link resolveDirectoryTiming}
 */
export interface DirectoryTiming {
  /** From one refresh of the registration to the next. */
  readonly refreshMs: number;
  /** How long after an outage an absence from the list is not believed yet. */
  readonly settleMs: number;
  /** Time in which joining must succeed. */
  readonly joinTimeoutMs: number;
  /** Time in which deregistering must succeed, a refresh under way included; then the registration is left to lapse. */
  readonly leaveTimeoutMs: number;
}

/**
 * The options that all providers on a directory share.
 *
 * @see {@link resolveDirectoryTiming}
 */
export interface DirectoryOptions {
  /** Milliseconds from one keep-alive to the next, at most half of what keeps a member alive. Default 2,000. */
  readonly refreshMs?: number | undefined;
  /** Milliseconds after an outage of the provider in which nobody is taken for gone. Default 10,000. */
  readonly settleMs?: number | undefined;
  /** Milliseconds in which joining must succeed. Default 10,000. */
  readonly joinTimeoutMs?: number | undefined;
  /**
   * Milliseconds in which deregistering must succeed; after it the registration is left to lapse. Default 3,000. More than 3,800 are
   * of no use to a cluster that shuts down, which gives no more.
   */
  readonly leaveTimeoutMs?: number | undefined;
}

/**
 * Used where a provider's options say nothing.
 *
 * @example
 * import { directoryDefaults } from "@ts-grain/cluster/provider";
 *
 * console.log(directoryDefaults.settleMs); // prints: 10000
 */
export const directoryDefaults: DirectoryTiming = {
  refreshMs: 2_000,
  settleMs: 10_000,
  joinTimeoutMs: 10_000,
  leaveTimeoutMs: 3_000,
};

/**
 * @throws ClusterError "invalid_options", saying which one.
 * @example
 * import {
 *   type DirectoryOptions,
 *   type DirectoryTiming,
 *   resolveDirectoryTiming,
 * } from "@ts-grain/cluster/provider";
 *
 * const options: DirectoryOptions = { refreshMs: 1_000 };
 * const timing: DirectoryTiming = resolveDirectoryTiming(options);
 * console.log(timing.refreshMs, timing.settleMs); // prints: 1000 10000
 */
export function resolveDirectoryTiming(options: DirectoryOptions): DirectoryTiming {
  const {
    refreshMs = directoryDefaults.refreshMs,
    settleMs = directoryDefaults.settleMs,
    joinTimeoutMs = directoryDefaults.joinTimeoutMs,
    leaveTimeoutMs = directoryDefaults.leaveTimeoutMs,
  } = options;
  const timing = { refreshMs, settleMs, joinTimeoutMs, leaveTimeoutMs };
  refuseUnlessPositive(timing);
  return timing;
}

/**
 * @throws ClusterError "invalid_options" when a registration that lasts `ttlMs` could lapse for one late refresh.
 * @example
 * import { ClusterError } from "@ts-grain/cluster";
 * import { refuseRareRefresh, resolveDirectoryTiming } from "@ts-grain/cluster/provider";
 *
 * try {
 *   refuseRareRefresh(resolveDirectoryTiming({ refreshMs: 8_000 }), 10_000);
 * } catch (error) {
 *   if (ClusterError.is(error)) console.log(error.code); // prints: invalid_options
 * }
 */
export function refuseRareRefresh({ refreshMs }: DirectoryTiming, ttlMs: number): void {
  if (refreshMs <= ttlMs / 2) return;
  const message = `refreshMs must be at most half of ttlMs (${ttlMs}), got ${refreshMs}`;
  throw new ClusterError("invalid_options", message);
}

/**
 * @throws ClusterError "invalid_options" naming the first option that is not more than 0.
 * @example
 * import { refuseUnlessPositive } from "@ts-grain/cluster/provider";
 *
 * function resolveTtl({ ttlMs = 10_000 }: { readonly ttlMs?: number }): number {
 *   refuseUnlessPositive({ ttlMs });
 *   return ttlMs;
 * }
 */
export function refuseUnlessPositive(options: Readonly<Record<string, number>>): void {
  for (const [option, value] of Object.entries(options)) {
    if (!(value > 0))
      throw new ClusterError("invalid_options", `${option} must be more than 0, got ${value}`);
  }
}
