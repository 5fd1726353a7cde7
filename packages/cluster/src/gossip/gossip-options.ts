import { ClusterError } from "../cluster-error.ts";

/**
 * How members tell each other what they know. Defaults are Proto.Actor's.
 *
 * @example
 * import {
 *   configureCluster,
 *   configureRemote,
 *   DistHashLookup,
 *   type GossipOptions,
 *   InProcessProvider,
 * } from "@ts-grain/cluster";
 *
 * const gossip: GossipOptions = { intervalMs: 1_000, heartbeatExpiryMs: 60_000 };
 * const remote = configureRemote("localhost", 0);
 * const config = configureCluster("home", new InProcessProvider(), new DistHashLookup(), remote, {
 *   gossip,
 * });
 */
export interface GossipOptions {
  /** Milliseconds between rounds. Shorter spreads news faster and costs bandwidth. Default 300. */
  readonly intervalMs?: number | undefined;
  /** Members that each round is sent to, at least 1. Default 3. */
  readonly fanOut?: number | undefined;
  /** Members whose news one round carries, beside one's own. Default 50. */
  readonly maxMembers?: number | undefined;
  /** Milliseconds that a member has to answer; what it does not acknowledge is sent again. Default 500. */
  readonly requestTimeoutMs?: number | undefined;
  /** Milliseconds without news of a member that has gossiped, after which it counts as gone. Default 20,000. */
  readonly heartbeatExpiryMs?: number | undefined;
}

/** Options after defaults: every field is there. */
export type GossipConfig = { readonly [K in keyof GossipOptions]-?: NonNullable<GossipOptions[K]> };

/**
 * Used where `GossipOptions` say nothing.
 *
 * @example
 * import { gossipDefaults } from "@ts-grain/cluster";
 *
 * console.log(gossipDefaults.intervalMs); // prints: 300
 */
export const gossipDefaults: GossipConfig = {
  intervalMs: 300,
  fanOut: 3,
  maxMembers: 50,
  requestTimeoutMs: 500,
  heartbeatExpiryMs: 20_000,
};

/** @throws ClusterError "invalid_options", naming the option. */
export function resolveGossipOptions(options: GossipOptions = {}): GossipConfig {
  const {
    intervalMs = gossipDefaults.intervalMs,
    fanOut = gossipDefaults.fanOut,
    maxMembers = gossipDefaults.maxMembers,
    requestTimeoutMs = gossipDefaults.requestTimeoutMs,
    heartbeatExpiryMs = gossipDefaults.heartbeatExpiryMs,
  } = options;
  const config = { intervalMs, fanOut, maxMembers, requestTimeoutMs, heartbeatExpiryMs };
  for (const [option, value] of Object.entries(config)) {
    if (!(value >= 1))
      throw new ClusterError("invalid_options", `gossip.${option} must be at least 1, got ${value}`);
  }
  return config;
}
