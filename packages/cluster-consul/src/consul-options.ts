import { Agent } from "node:http";
import { Agent as TlsAgent } from "node:https";
import { ClusterError } from "@ts-grain/cluster";
import {
  type DirectoryOptions,
  type DirectoryTiming,
  directoryDefaults,
  refuseRareRefresh,
  refuseUnlessPositive,
  resolveDirectoryTiming,
} from "@ts-grain/cluster/provider";

/**
 * What a Consul provider may be given.
 *
 * @example
 * import { readFileSync } from "node:fs";
 * import { Agent } from "node:https";
 * import { ConsulProvider, type ConsulProviderOptions } from "@ts-grain/cluster-consul";
 *
 * function optionsFrom(folder: string): ConsulProviderOptions {
 *   const [ca, cert, key] = ["ca", "member", "member-key"].map((name) =>
 *     readFileSync(`${folder}/${name}.pem`),
 *   );
 *   return {
 *     address: "https://consul.example:8501",
 *     token: "…",
 *     ttlMs: 20_000,
 *     agent: new Agent({ ca, cert, key }),
 *   };
 * }
 * const provider = new ConsulProvider(optionsFrom("/etc/member"));
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
  /**
   * Makes the connections: an `Agent` of `node:https` if the address begins with https, else of `node:http`. For client
   * certificates, an authority that Node does not know, or a proxy. Default: one with a connection for each request.
   */
  readonly agent?: Agent | undefined;
}

/** Everything that the provider needs; every option has its value. */
export interface ConsulConfig {
  readonly baseUrl: string;
  readonly token: string | undefined;
  readonly ttlMs: number;
  readonly forgetMs: number;
  readonly timing: DirectoryTiming;
  readonly agent: Agent;
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
  } = options;
  const timing = resolveDirectoryTiming(options);
  refuseUnlessPositive({ ttlMs, forgetMs });
  refuseRareRefresh(timing, ttlMs);
  const url = baseUrl(options.address, environment);
  return { baseUrl: url, token, ttlMs, forgetMs, timing, agent: agentFor(url, options.agent) };
}

function agentFor(url: string, option: Agent | undefined): Agent {
  // What Node itself asks of an agent, but only when a request is sent.
  if (option !== undefined && typeof (option as { readonly addRequest?: unknown }).addRequest !== "function")
    throw new ClusterError("invalid_options", "agent must be an Agent of node:http or node:https");
  return option ?? (url.startsWith("https:") ? new TlsAgent() : new Agent());
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
    `the address of Consul must be host:port or a URL, got ${address.replace(/\/\/[^/@]*@/, "//…@")}`,
  );
}
