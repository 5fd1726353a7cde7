import type { Duplex } from "node:stream";
import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import { ClusterError } from "@ts-grain/cluster";
import {
  type DirectoryOptions,
  type DirectoryTiming,
  refuseRareRefresh,
  refuseUnlessPositive,
  resolveDirectoryTiming,
} from "@ts-grain/cluster/provider";
import { dialTcp, type EtcdConnection, GrpcConnection } from "./etcd-connection.ts";

/**
 * What an etcd provider may be given.
 *
 * @example
 * import { readFileSync } from "node:fs";
 * import { EtcdProvider, type EtcdProviderOptions } from "@ts-grain/cluster-etcd";
 *
 * const options: EtcdProviderOptions = {
 *   endpoints: ["https://etcd-0.example:2379", "https://etcd-1.example:2379"],
 *   login: { name: "ts-grain", password: "…" },
 *   tls: {
 *     ca: readFileSync("etcd-ca.pem"),
 *     cert: readFileSync("member.pem"),
 *     key: readFileSync("member-key.pem"),
 *   },
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
  /**
   * For endpoints with `https`: who is trusted to speak for them (`ca`), and what the member shows (`cert`, `key`), in PEM.
   * Default: whom the platform trusts, and nothing.
   */
  readonly tls?: Pick<SecureContextOptions, "ca" | "cert" | "key"> | undefined;
  /**
   * Opens the way to an endpoint, for a proxy: resolves with a stream that is connected to it and without TLS, which the
   * provider adds. The signal aborts when nobody waits for it any more. Default: a connection by TCP.
   *
   * @example
   * import { request } from "node:http";
   * import { EtcdProvider } from "@ts-grain/cluster-etcd";
   *
   * const provider = new EtcdProvider({
   *   endpoints: ["https://etcd.example:2379"],
   *   dial: ({ host }, signal) =>
   *     new Promise((resolve, reject) => {
   *       const tunnel = { host: "proxy.example", port: 3128, method: "CONNECT", path: host, signal };
   *       const asking = request(tunnel).on("error", reject);
   *       asking.on("connect", ({ statusCode }, socket, first) => {
   *         socket.unshift(first);
   *         if (statusCode === 200) return resolve(socket);
   *         socket.destroy();
   *         reject(new Error(`the proxy answered ${statusCode}`));
   *       });
   *       asking.end();
   *     }),
   * });
   */
  readonly dial?: ((endpoint: URL, signal: AbortSignal) => Promise<Duplex>) | undefined;
}

/** Everything that the provider needs; every option has its value. */
export interface EtcdConfig {
  readonly endpoints: readonly string[];
  readonly baseKey: string;
  readonly login: { readonly name: string; readonly password: string } | undefined;
  readonly ttlMs: number;
  readonly timing: DirectoryTiming;
  readonly connect: (endpoint: string) => EtcdConnection;
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
    tls,
    dial = dialTcp,
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
  const dialling = { dial, secureContext: tls && secureContextOf(tls) };
  const connect = (endpoint: string): EtcdConnection => new GrpcConnection(endpoint, dialling);
  return { endpoints: urls, baseKey: baseKey.replace(/\/+$/, ""), login, ttlMs, timing, connect };
}

function secureContextOf(tls: SecureContextOptions): SecureContext {
  try {
    return createSecureContext(tls);
  } catch (error) {
    throw new ClusterError("invalid_options", `tls must be certificates and a key in PEM: ${String(error)}`);
  }
}
