import type { Duplex } from "node:stream";
import type { SecureContextOptions } from "node:tls";
import type { DirectoryOptions } from "@ts-grain/cluster/provider";

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
