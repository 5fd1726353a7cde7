import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import { ClusterError } from "@ts-grain/cluster";
import {
  type DirectoryTiming,
  refuseRareRefresh,
  refuseUnlessPositive,
  resolveDirectoryTiming,
} from "@ts-grain/cluster/provider";
import { dialTcp, type EtcdConnection, GrpcConnection } from "./etcd-connection.ts";
import { type EtcdProviderOptions, etcdDefaults } from "./etcd-options.ts";

/** Everything that the provider needs; every option has its value. */
export interface EtcdConfig {
  readonly endpoints: readonly string[];
  readonly baseKey: string;
  readonly login: { readonly name: string; readonly password: string } | undefined;
  readonly ttlMs: number;
  readonly timing: DirectoryTiming;
  readonly connect: (endpoint: string) => EtcdConnection;
}

/** @throws ClusterError "invalid_options", saying which one. */
export function resolveEtcdOptions(options: EtcdProviderOptions): EtcdConfig {
  const {
    endpoints = etcdDefaults.endpoints,
    baseKey = etcdDefaults.baseKey,
    ttlMs = etcdDefaults.ttlMs,
    login,
    tls,
    dial = dialTcp,
  } = options;
  if (endpoints.length === 0)
    throw new ClusterError("invalid_options", "endpoints must name at least one URL");
  for (const endpoint of endpoints) {
    if (!/^https?:/.test(endpoint) || !URL.canParse(endpoint))
      throw new ClusterError("invalid_options", `endpoints must be URLs, got ${withoutPassword(endpoint)}`);
    if (new URL(endpoint).username !== "")
      throw new ClusterError("invalid_options", "endpoints must name no user; see the option login");
  }
  if (tls !== undefined && !endpoints.some((endpoint) => endpoint.startsWith("https:")))
    throw new ClusterError("invalid_options", "tls is for endpoints with https, and there is none");
  refuseUnlessPositive({ ttlMs });
  const timing = resolveDirectoryTiming(options);
  refuseRareRefresh(timing, ttlMs);
  const urls = endpoints.map((endpoint) => endpoint.replace(/\/+$/, ""));
  const dialling = { dial, secureContext: tls && secureContextOf(tls) };
  const connect = (endpoint: string): EtcdConnection => new GrpcConnection(endpoint, dialling);
  return { endpoints: urls, baseKey: baseKey.replace(/\/+$/, ""), login, ttlMs, timing, connect };
}

/** An error may end up in a log. */
function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//…@");
}

function secureContextOf(tls: SecureContextOptions): SecureContext {
  try {
    return createSecureContext(tls);
  } catch (error) {
    throw new ClusterError("invalid_options", `tls must be certificates and a key in PEM: ${String(error)}`);
  }
}
