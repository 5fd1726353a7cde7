import { ClusterError } from "@ts-grain/cluster";
import {
  type DirectoryTiming,
  directoryDefaults,
  type Fetch,
  refuseUnlessPositive,
} from "@ts-grain/cluster/provider";

/**
 * What an automanaged provider may be given.
 *
 * @example
 * import {
 *   AutoManagedProvider,
 *   type AutoManagedProviderOptions,
 * } from "@ts-grain/cluster-automanaged";
 *
 * const options: AutoManagedProviderOptions = {
 *   hosts: ["10.0.0.1:6330", "10.0.0.2:6330"],
 *   port: 6330,
 *   listenHost: "0.0.0.0",
 *   insecure: true,
 * };
 * const provider = new AutoManagedProvider(options);
 */
export interface AutoManagedProviderOptions {
  /**
   * Where every member says who it is, as `host:port` of its `port` below; oneself may be among them. Default
   * `localhost:6330`.
   */
  readonly hosts?: readonly string[] | undefined;
  /** Where this member says who it is. Clients do not listen. Default 6330. */
  readonly port?: number | undefined;
  /** The address to listen on. Default 127.0.0.1, which only this machine reaches. */
  readonly listenHost?: string | undefined;
  /** Allows to listen on an address that other machines reach: everybody there can read who is a member. Default false. */
  readonly insecure?: boolean | undefined;
  /** Milliseconds from one round of questions to the next. Default 1,000. */
  readonly pollMs?: number | undefined;
  /** Milliseconds after which a host that does not answer is missed. Default 2,000. */
  readonly answerTimeoutMs?: number | undefined;
  /** How often in a row a host must be missed until its member is gone. Default 3. */
  readonly misses?: number | undefined;
  /** Milliseconds in which joining must succeed. Default 10,000. */
  readonly joinTimeoutMs?: number | undefined;
  /** Carries the questions. Default: the platform's `fetch`. */
  readonly fetch?: Fetch | undefined;
}

/** Everything that the provider needs; every option has its value. */
export interface AutoManagedConfig {
  readonly hosts: readonly string[];
  readonly listen: { readonly host: string; readonly port: number };
  readonly pollMs: number;
  readonly answerTimeoutMs: number;
  readonly misses: number;
  readonly timing: DirectoryTiming;
  readonly fetch: Fetch;
}

/**
 * Used where `AutoManagedProviderOptions` say nothing.
 *
 * @example
 * import { AutoManagedProvider, autoManagedDefaults } from "@ts-grain/cluster-automanaged";
 *
 * const patient = new AutoManagedProvider({ misses: 2 * autoManagedDefaults.misses });
 */
export const autoManagedDefaults: {
  readonly port: number;
  readonly pollMs: number;
  readonly answerTimeoutMs: number;
  readonly misses: number;
} = { port: 6_330, pollMs: 1_000, answerTimeoutMs: 2_000, misses: 3 };

/** @throws ClusterError "invalid_options", saying which one. */
export function resolveAutoManagedOptions(options: AutoManagedProviderOptions): AutoManagedConfig {
  const {
    hosts = [`localhost:${autoManagedDefaults.port}`],
    port = autoManagedDefaults.port,
    listenHost = "127.0.0.1",
    insecure = false,
    pollMs = autoManagedDefaults.pollMs,
    answerTimeoutMs = autoManagedDefaults.answerTimeoutMs,
    misses = autoManagedDefaults.misses,
    joinTimeoutMs = directoryDefaults.joinTimeoutMs,
    fetch = globalThis.fetch,
  } = options;
  refuseUnlessPositive({ pollMs, answerTimeoutMs, misses, joinTimeoutMs });
  for (const host of hosts) refuseNonHost(host);
  if (!(Number.isInteger(port) && port > 0 && port < 65_536))
    throw invalid(`port must be 1 to 65535, got ${port}`);
  if (!insecure && !/^(127\.\d+\.\d+\.\d+|localhost|::1)$/.test(listenHost)) {
    throw invalid(`listenHost ${listenHost} can be reached from elsewhere; the option insecure allows that`);
  }
  const timing = { ...directoryDefaults, joinTimeoutMs };
  return { hosts, listen: { host: listenHost, port }, pollMs, answerTimeoutMs, misses, timing, fetch };
}

function refuseNonHost(host: string): void {
  const url = `http://${host}/`;
  const isHost = /:\d+$/.test(host) && URL.canParse(url) && new URL(url).pathname === "/";
  if (!isHost || /[@?#/]/.test(host)) throw invalid(`hosts must be host:port each, got ${host}`);
}

function invalid(message: string): ClusterError {
  return new ClusterError("invalid_options", message);
}
