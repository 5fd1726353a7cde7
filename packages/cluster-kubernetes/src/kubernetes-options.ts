import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import type { KubeConfig } from "@kubernetes/client-node";
import { ClusterError } from "@ts-grain/cluster";
import {
  type DirectoryOptions,
  type DirectoryTiming,
  resolveDirectoryTiming,
} from "@ts-grain/cluster/provider";

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
 * };
 * const provider = new KubernetesProvider(options);
 * @example
 * import { KubeConfig } from "@kubernetes/client-node";
 * import { KubernetesProvider } from "@ts-grain/cluster-kubernetes";
 *
 * // As `kubectl` does: what KUBECONFIG names, or ~/.kube/config.
 * const kubeConfig = new KubeConfig();
 * kubeConfig.loadFromDefault();
 * const provider = new KubernetesProvider({ kubeConfig, namespace: "default" });
 * @example
 * import { KubeConfig } from "@kubernetes/client-node";
 * import { KubernetesProvider } from "@ts-grain/cluster-kubernetes";
 *
 * // A client certificate, an authority of its own, and a proxy.
 * const kubeConfig = new KubeConfig();
 * kubeConfig.loadFromClusterAndUser(
 *   {
 *     name: "home",
 *     server: "https://10.0.0.1:6443",
 *     caFile: "/etc/kubernetes/ca.crt",
 *     skipTLSVerify: false,
 *     proxyUrl: "http://10.0.0.2:3128",
 *   },
 *   { name: "member", certFile: "/etc/member/tls.crt", keyFile: "/etc/member/tls.key" },
 * );
 * const provider = new KubernetesProvider({ kubeConfig, namespace: "default" });
 */
export interface KubernetesProviderOptions extends DirectoryOptions {
  /** The URL of the API server. Default: the one that Kubernetes names to every pod. */
  readonly server?: string | undefined;
  /** Gives the token, for each request anew. Default: the pod's service account. */
  readonly token?: (() => string) | undefined;
  /**
   * Instead of `server` and `token`: where the API server is and how to log in to it, as the client library `@kubernetes/client-node`
   * takes it, made with the version of it that this package depends on. For kubeconfig files, client certificates, plugins that log in,
   * and proxies. It is asked for credentials with each request, and not changed.
   */
  readonly kubeConfig?: KubeConfig | undefined;
  /** Default: that of the `kubeConfig`'s current context, or else the pod's. */
  readonly namespace?: string | undefined;
  /** The pod in which this member runs. Default: the host name, which is that of the pod. */
  readonly podName?: string | undefined;
  /** Milliseconds from one look at the pod's own labels to the next. Default 10,000. */
  readonly refreshMs?: number | undefined;
}

/** An API server and how to log in to it. */
export interface ServerAccess {
  readonly server: string;
  /** "" for none. */
  readonly token: () => string;
  /** The certificates of whom to trust, in PEM. Undefined: whom the platform trusts. */
  readonly authorityFile: string | undefined;
}

/** Everything that the provider needs; every option has its value. */
export interface KubernetesConfig {
  readonly access: ServerAccess | KubeConfig;
  readonly namespace: string;
  readonly podName: string;
  readonly timing: DirectoryTiming;
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
  const { kubeConfig, podName = hostname(), refreshMs = kubernetesDefaults.refreshMs } = options;
  if (kubeConfig) refuseUnfitConfig(kubeConfig, options);
  const access = kubeConfig ?? accessOf(options, environment);
  const namespace = options.namespace ?? namespaceOf(kubeConfig) ?? readAccount("namespace");
  if (namespace === "") throw invalid("namespace must be given outside of a pod");
  return { access, namespace, podName, timing: resolveDirectoryTiming({ ...options, refreshMs }) };
}

function accessOf(
  { server: given, token = () => readAccount("token") }: KubernetesProviderOptions,
  environment: Readonly<Record<string, string | undefined>>,
): ServerAccess {
  const server = given ?? serverOf(environment);
  if (!isHttpUrl(server)) throw invalid(`server must be a URL, got ${server.replace(/\/\/[^/@]*@/, "//…@")}`);
  const authorityFile = `${account}/ca.crt`;
  return { server, token, authorityFile: existsSync(authorityFile) ? authorityFile : undefined };
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

function refuseUnfitConfig(kubeConfig: KubeConfig, { server, token }: KubernetesProviderOptions): void {
  if (server !== undefined) throw invalid("server must not be given with kubeConfig, which names one");
  if (token !== undefined) throw invalid("token must not be given with kubeConfig, which logs in");
  const cluster = kubeConfig.getCurrentCluster();
  if (!cluster) throw invalid("kubeConfig must have a current context with a cluster");
  if (!isHttpUrl(cluster.server)) throw invalid(`kubeConfig must name a URL, got ${cluster.server}`);
  try {
    kubeConfig.createDispatcherOptions(cluster, {});
  } catch (error) {
    throw invalid(`kubeConfig cannot be used: ${error instanceof Error ? error.message : "no reason"}`);
  }
}

function isHttpUrl(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text);
}

function namespaceOf(kubeConfig: KubeConfig | undefined): string | undefined {
  return kubeConfig?.getContextObject(kubeConfig.getCurrentContext())?.namespace;
}

function invalid(message: string): ClusterError {
  return new ClusterError("invalid_options", message);
}
