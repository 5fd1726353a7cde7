import { ClusterError } from "@ts-grain/cluster";
import {
  type DirectoryOptions,
  type DirectoryTiming,
  type Fetch,
  refuseRareRefresh,
  refuseUnlessPositive,
  resolveDirectoryTiming,
} from "@ts-grain/cluster/provider";

/**
 * What an etcd provider may be given.
 *
 * @example
 * import { EtcdProvider, type EtcdProviderOptions } from "@ts-grain/cluster-etcd";
 *
 * const options: EtcdProviderOptions = {
 *   endpoints: ["https://etcd-0.example:2379", "https://etcd-1.example:2379"],
 *   login: { name: "ts-grain", password: "…" },
 * };
 * const provider = new EtcdProvider(options);
 */
export interface EtcdProviderOptions extends DirectoryOptions {
  /** Client URLs of the etcd cluster; the next one is taken when one fails. Default `http://127.0.0.1:2379`. */
  readonly endpoints?: readonly string[] | undefined;
  /** What all keys begin with. Default `/protoactor`, as in Proto.Actor Go. */
  readonly baseKey?: string | undefined;
  /** Who to log in as. Default nobody: etcd knows no users unless told to. */
  readonly login?: { readonly name: string; readonly password: string } | undefined;
  /**
   * Milliseconds after which a member that sends no keep-alive is taken for dead, in whole seconds; etcd may take more.
   * A stall that is shorter by `refreshMs` costs nothing. Default 10,000.
   */
  readonly ttlMs?: number | undefined;
  /** Carries the requests. Default: the platform's `fetch`. For client certificates or a proxy. */
  readonly fetch?: Fetch | undefined;
}

/** Everything that the provider needs; every option has its value. */
export interface EtcdConfig {
  readonly endpoints: readonly string[];
  readonly baseKey: string;
  readonly login: { readonly name: string; readonly password: string } | undefined;
  readonly ttlMs: number;
  readonly timing: DirectoryTiming;
  readonly fetch: Fetch;
}

/**
 * Used where `EtcdProviderOptions` say nothing.
 *
 * @example
 * import { EtcdProvider, etcdDefaults } from "@ts-grain/cluster-etcd";
 *
 * const patient = new EtcdProvider({ ttlMs: 2 * etcdDefaults.ttlMs });
 */
export const etcdDefaults: {
  readonly endpoints: readonly string[];
  readonly baseKey: string;
  readonly ttlMs: number;
} = { endpoints: ["http://127.0.0.1:2379"], baseKey: "/protoactor", ttlMs: 10_000 };

/** @throws ClusterError "invalid_options", saying which one. */
export function resolveEtcdOptions(options: EtcdProviderOptions): EtcdConfig {
  const {
    endpoints = etcdDefaults.endpoints,
    baseKey = etcdDefaults.baseKey,
    ttlMs = etcdDefaults.ttlMs,
    login,
    fetch = globalThis.fetch,
  } = options;
  if (endpoints.length === 0)
    throw new ClusterError("invalid_options", "endpoints must name at least one URL");
  for (const endpoint of endpoints) {
    if (!/^https?:/.test(endpoint) || !URL.canParse(endpoint))
      throw new ClusterError("invalid_options", `endpoints must be URLs, got ${endpoint}`);
  }
  refuseUnlessPositive({ ttlMs });
  const timing = resolveDirectoryTiming(options);
  refuseRareRefresh(timing, ttlMs);
  const urls = endpoints.map((endpoint) => endpoint.replace(/\/+$/, ""));
  return { endpoints: urls, baseKey: baseKey.replace(/\/+$/, ""), login, ttlMs, timing, fetch };
}
