import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { ClusterError } from "@ts-grain/cluster";
import {
  type DirectoryOptions,
  type DirectoryTiming,
  type Fetch,
  resolveDirectoryTiming,
} from "@ts-grain/cluster/provider";
import { fetchTrusting } from "./trusting-fetch.ts";

/**
 * What a Kubernetes provider may be given. Inside a pod nothing of it is needed.
 *
 * @example
 * import {
 *   KubernetesProvider,
 *   type KubernetesProviderOptions,
 * } from "@ts-grain/cluster-kubernetes";
 *
 * // Outside of a pod: against an API server that `kubectl proxy` makes reachable.
 * const options: KubernetesProviderOptions = {
 *   server: "http://127.0.0.1:8001",
 *   namespace: "default",
 *   podName: "ts-grain-0",
 *   token: () => "",
 *   fetch,
 * };
 * const provider = new KubernetesProvider(options);
 */
export interface KubernetesProviderOptions extends DirectoryOptions {
  /** The URL of the API server. Default: the one that Kubernetes names to every pod. */
  readonly server?: string | undefined;
  /** Gives the token, for each request anew. Default: the pod's service account. */
  readonly token?: (() => string) | undefined;
  /** Default: the pod's. */
  readonly namespace?: string | undefined;
  /** The pod in which this member runs. Default: the host name, which is that of the pod. */
  readonly podName?: string | undefined;
  /** Milliseconds from one look at the pod's own labels to the next. Default 10,000. */
  readonly refreshMs?: number | undefined;
  /** Carries the requests. Default: one that trusts the authority of the pod's service account. */
  readonly fetch?: Fetch | undefined;
}

/** Everything that the provider needs; every option has its value. */
export interface KubernetesConfig {
  readonly server: string;
  readonly token: () => string;
  readonly namespace: string;
  readonly podName: string;
  readonly timing: DirectoryTiming;
  readonly fetch: Fetch;
}

/**
 * Used where `KubernetesProviderOptions` say nothing.
 *
 * @example
 * import { KubernetesProvider, kubernetesDefaults } from "@ts-grain/cluster-kubernetes";
 *
 * const provider = new KubernetesProvider({ refreshMs: 2 * kubernetesDefaults.refreshMs });
 */
export const kubernetesDefaults: { readonly refreshMs: number } = { refreshMs: 10_000 };

/** Where Kubernetes puts what a pod needs to talk to it. */
const account = "/var/run/secrets/kubernetes.io/serviceaccount";

/** @throws ClusterError "invalid_options", saying which one. */
export function resolveKubernetesOptions(
  options: KubernetesProviderOptions,
  environment: Readonly<Record<string, string | undefined>>,
): KubernetesConfig {
  const {
    server = serverOf(environment),
    token = () => readAccount("token"),
    namespace = readAccount("namespace"),
    podName = hostname(),
    refreshMs = kubernetesDefaults.refreshMs,
    fetch = fetchTrusting(readAuthority()),
  } = options;
  if (!/^https?:/.test(server) || !URL.canParse(server)) throw invalid(`server must be a URL, got ${server}`);
  if (namespace === "") throw invalid("namespace must be given outside of a pod");
  const timing = resolveDirectoryTiming({ ...options, refreshMs });
  return { server: server.replace(/\/+$/, ""), token, namespace, podName, timing, fetch };
}

function serverOf(environment: Readonly<Record<string, string | undefined>>): string {
  const { KUBERNETES_SERVICE_HOST: host = "", KUBERNETES_SERVICE_PORT: port = "443" } = environment;
  if (host === "") throw invalid("server must be given outside of a pod");
  return `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** A file of the pod's service account; "" if there is none. */
function readAccount(name: string): string {
  try {
    return readFileSync(`${account}/${name}`, "utf8").trim();
  } catch {
    return "";
  }
}

function readAuthority(): string | undefined {
  return readAccount("ca.crt") || undefined;
}

function invalid(message: string): ClusterError {
  return new ClusterError("invalid_options", message);
}
