import { ClusterError } from "@ts-grain/cluster";
import {
  type DirectoryOptions,
  type DirectoryTiming,
  directoryDefaults,
  type Fetch,
  refuseRareRefresh,
  refuseUnlessPositive,
  resolveDirectoryTiming,
} from "@ts-grain/cluster/provider";

/**
 * What a Consul provider may be given.
 *
 * @example
 * import { ConsulProvider, type ConsulProviderOptions } from "@ts-grain/cluster-consul";
 *
 * const options: ConsulProviderOptions = {
 *   address: "https://consul.example:8501",
 *   token: "…",
 *   ttlMs: 20_000,
 * };
 * const provider = new ConsulProvider(options);
 */
export interface ConsulProviderOptions extends DirectoryOptions {
  /**
   * The agent's HTTP address: a URL, or `host:port`. Default: the variable CONSUL_HTTP_ADDR (with https if
   * CONSUL_HTTP_SSL is true), else 127.0.0.1:8500.
   */
  readonly address?: string | undefined;
  /** The access token. Default: the variable CONSUL_HTTP_TOKEN, else none. */
  readonly token?: string | undefined;
  /**
   * Milliseconds after which a member that sends no keep-alive is taken for dead. A stall that is shorter by
   * `refreshMs` costs nothing. Default 10,000.
   */
  readonly ttlMs?: number | undefined;
  /** Milliseconds after which Consul forgets a dead member; Consul takes no less than 60,000. Default 60,000. */
  readonly forgetMs?: number | undefined;
  /** Carries the requests. Default: the platform's `fetch`. For client certificates or a proxy. */
  readonly fetch?: Fetch | undefined;
}

/** Everything that the provider needs; every option has its value. */
export interface ConsulConfig {
  readonly baseUrl: string;
  readonly token: string | undefined;
  readonly ttlMs: number;
  readonly forgetMs: number;
  readonly timing: DirectoryTiming;
  readonly fetch: Fetch;
}

/**
 * Used where `ConsulProviderOptions` say nothing.
 *
 * @example
 * import { ConsulProvider, consulDefaults } from "@ts-grain/cluster-consul";
 *
 * const patient = new ConsulProvider({ ttlMs: 2 * consulDefaults.ttlMs });
 */
export const consulDefaults: DirectoryTiming & { readonly ttlMs: number; readonly forgetMs: number } = {
  ...directoryDefaults,
  ttlMs: 10_000,
  forgetMs: 60_000,
};

/** @throws ClusterError "invalid_options", saying which one. */
export function resolveConsulOptions(
  options: ConsulProviderOptions,
  environment: Readonly<Record<string, string | undefined>>,
): ConsulConfig {
  const {
    ttlMs = consulDefaults.ttlMs,
    forgetMs = consulDefaults.forgetMs,
    token = environment["CONSUL_HTTP_TOKEN"],
    fetch = globalThis.fetch,
  } = options;
  const timing = resolveDirectoryTiming(options);
  refuseUnlessPositive({ ttlMs, forgetMs });
  refuseRareRefresh(timing, ttlMs);
  return { baseUrl: baseUrl(options.address, environment), token, ttlMs, forgetMs, timing, fetch };
}

function baseUrl(
  option: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const address = option ?? (environment["CONSUL_HTTP_ADDR"] || "127.0.0.1:8500");
  const scheme = environment["CONSUL_HTTP_SSL"] === "true" ? "https" : "http";
  const url = address.includes("://") ? address : `${scheme}://${address}`;
  if (/^https?:/.test(url) && URL.canParse(url)) return url.replace(/\/+$/, "");
  throw new ClusterError(
    "invalid_options",
    `the address of Consul must be host:port or a URL, got ${address}`,
  );
}
