import type { RemoteConfig } from "@ts-grain/remote";
import { ClusterError } from "../cluster-error.ts";
import { type GossipConfig, type GossipOptions, resolveGossipOptions } from "../gossip/gossip-options.ts";
import type { Kind } from "../grain/kind.ts";
import { kindProblem } from "../identity/cluster-identity.ts";
import type { IdentityLookup } from "../identity/identity-lookup.ts";
import type { ClusterProvider } from "../membership/cluster-provider.ts";
import { type PubSubConfig, type PubSubOptions, resolvePubSubOptions } from "../pubsub/pub-sub-options.ts";
import { topicKind } from "../pubsub/topic-names.ts";

/**
 * What may be said about a member or client beside what it must.
 *
 * @example
 * import {
 *   type ClusterOptions,
 *   configureCluster,
 *   configureRemote,
 *   DistHashLookup,
 *   InProcessProvider,
 * } from "@ts-grain/cluster";
 *
 * const options: ClusterOptions = { requestTimeoutMs: 2_000, shutdownTimeoutMs: 10_000 };
 * const remote = configureRemote("localhost", 0);
 * const config = configureCluster(
 *   "home",
 *   new InProcessProvider(),
 *   new DistHashLookup(),
 *   remote,
 *   options,
 * );
 */
export interface ClusterOptions {
  /** What this member hosts. Default none. A client hosts none. */
  readonly kinds?: readonly Kind[] | undefined;
  /** Milliseconds for a grain call that does not say, all retries included. Default 5,000. */
  readonly requestTimeoutMs?: number | undefined;
  /**
   * Milliseconds after which a call fails with `no_member` when there are members and none hosts its kind, from when one of those that wait
   * for the same grain found none: a longer time bridges the restart of the only one that does. Infinity: until the call's deadline. Default 1,000. A process that
   * knows no member at all waits until the deadline.
   */
  readonly noMemberTimeoutMs?: number | undefined;
  /** Milliseconds that `shutdown` gives the activations to finish what they have. Default 5,000. */
  readonly shutdownTimeoutMs?: number | undefined;
  /**
   * What a member does that the others have let go, for instance because it stood still for too long. Either way it ends its grains at once. `rejoin`: it joins again under a new
   * id. `end`: it shuts down, and `ended` resolves, for processes that something else starts anew. Default "rejoin".
   */
  readonly whenLetGo?: "rejoin" | "end" | undefined;
  /**
   * Freezes the messages that grains of one process exchange, so that a grain which changes its caller's message
   * fails instead of working until it is moved. Default: on, unless NODE_ENV is "production".
   */
  readonly freezesMessages?: boolean | undefined;
  /** Of how many grains of each kind it is remembered where they were last seen. Default 100,000. */
  readonly maxCachedLocations?: number | undefined;
  /** How members tell each other what they know. */
  readonly gossip?: GossipOptions | undefined;
  /** How topics are hosted, and what is published to them is delivered. */
  readonly pubSub?: PubSubOptions | undefined;
}

/**
 * Everything that `Cluster.startMember` and `Cluster.startClient` need; every option has its value.
 *
 * @example
 * import { ActorSystem, Cluster, type ClusterConfig } from "@ts-grain/cluster";
 *
 * async function startAll(configs: readonly ClusterConfig[]): Promise<readonly Cluster[]> {
 *   return await Promise.all(
 *     configs.map((config) => Cluster.startMember(new ActorSystem(), config)),
 *   );
 * }
 */
export interface ClusterConfig {
  readonly name: string;
  readonly provider: ClusterProvider;
  readonly lookup: IdentityLookup;
  readonly remote: RemoteConfig;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly requestTimeoutMs: number;
  readonly noMemberTimeoutMs: number;
  readonly shutdownTimeoutMs: number;
  readonly whenLetGo: "rejoin" | "end";
  readonly freezesMessages: boolean;
  readonly maxCachedLocations: number;
  readonly gossip: GossipConfig;
  readonly pubSub: PubSubConfig;
}

/**
 * Used where `ClusterOptions` say nothing.
 *
 * @example
 * import { clusterDefaults } from "@ts-grain/cluster";
 *
 * console.log(clusterDefaults.requestTimeoutMs); // prints: 5000
 */
export const clusterDefaults: {
  readonly requestTimeoutMs: number;
  readonly noMemberTimeoutMs: number;
  readonly shutdownTimeoutMs: number;
  readonly maxCachedLocations: number;
} = {
  requestTimeoutMs: 5_000,
  noMemberTimeoutMs: 1_000,
  shutdownTimeoutMs: 5_000,
  maxCachedLocations: 100_000,
};

/**
 * Puts together how a process takes part in a cluster. Members and clients of the same name and provider find each
 * other. Nothing is started yet.
 *
 * @throws ClusterError "invalid_options", saying which one.
 * @example
 * import {
 *   configureCluster,
 *   configureRemote,
 *   DistHashLookup,
 *   InProcessProvider,
 * } from "@ts-grain/cluster";
 *
 * const remote = configureRemote("localhost", 0);
 * const config = configureCluster("home", new InProcessProvider(), new DistHashLookup(), remote);
 * console.log(config.name, config.requestTimeoutMs); // prints: home 5000
 */
export function configureCluster(
  name: string,
  provider: ClusterProvider,
  lookup: IdentityLookup,
  remote: RemoteConfig,
  options: ClusterOptions = {},
): ClusterConfig {
  const {
    requestTimeoutMs = clusterDefaults.requestTimeoutMs,
    noMemberTimeoutMs = clusterDefaults.noMemberTimeoutMs,
    shutdownTimeoutMs = clusterDefaults.shutdownTimeoutMs,
    maxCachedLocations = clusterDefaults.maxCachedLocations,
    whenLetGo = "rejoin",
    freezesMessages = globalThis.process?.env["NODE_ENV"] !== "production",
  } = options;
  if (name === "") throw new ClusterError("invalid_options", "a cluster needs a name");
  const positive = { requestTimeoutMs, noMemberTimeoutMs, shutdownTimeoutMs, maxCachedLocations };
  for (const [option, value] of Object.entries(positive)) {
    if (!(value > 0))
      throw new ClusterError("invalid_options", `${option} must be more than 0, got ${value}`);
  }
  if (!["rejoin", "end"].includes(whenLetGo))
    throw new ClusterError("invalid_options", `whenLetGo must be "rejoin" or "end", got ${whenLetGo}`);
  const kinds = indexKinds(options.kinds ?? []);
  const gossip = resolveGossipOptions(options.gossip);
  const pubSub = resolvePubSubOptions(options.pubSub);
  return {
    name,
    provider,
    lookup,
    remote,
    kinds,
    requestTimeoutMs,
    noMemberTimeoutMs,
    shutdownTimeoutMs,
    whenLetGo,
    freezesMessages,
    maxCachedLocations,
    gossip,
    pubSub,
  };
}

function indexKinds(kinds: readonly Kind[]): ReadonlyMap<string, Kind> {
  const byName = new Map<string, Kind>();
  for (const kind of kinds) {
    const problem = kindProblem(kind.name);
    if (problem !== undefined) throw new ClusterError("invalid_options", problem);
    if (kind.name === topicKind || kind.name.startsWith("tsgrain-"))
      throw new ClusterError(
        "invalid_options",
        `a kind may not be named ${kind.name}: every member hosts its own`,
      );
    const other = byName.get(kind.name);
    if (other) {
      const services = `${other.service.descriptor.typeName} and ${kind.service.descriptor.typeName}`;
      throw new ClusterError("invalid_options", `two kinds are named ${kind.name}: ${services}`);
    }
    byName.set(kind.name, kind);
  }
  return byName;
}
