import type { ProviderContext } from "@ts-grain/cluster";
import { fieldOf, type JsonAnswer, parseAnswer, requestJson, textOf } from "@ts-grain/cluster/provider";
import type { KubernetesConfig } from "./kubernetes-options.ts";
import { clusterLabel } from "./pod-labels.ts";

/** Milliseconds in which the API server answers. */
const answerTimeoutMs = 5_000;

/** What the API server did not do, by its own word. */
export class KubernetesRefusal extends Error {
  readonly status: number;

  constructor(action: string, { status, text }: Pick<JsonAnswer, "status" | "text">) {
    super(`Kubernetes refused to ${action}: HTTP status ${status}: ${reasonOf(text)}`);
    this.status = status;
  }
}

/** A change that was made up from what a pod was at a version. */
export interface LabelChange {
  /** Null takes one away; those that are not named stay. */
  readonly labels: Readonly<Record<string, string | null>>;
  readonly version: string;
}

/** The part of the API that is about the pods of one namespace. */
export class PodClient {
  readonly #config: KubernetesConfig;
  readonly #clock: ProviderContext["clock"];

  constructor(config: KubernetesConfig, clock: ProviderContext["clock"]) {
    this.#config = config;
    this.#clock = clock;
  }

  /** The pod of a name. */
  get(podName: string, signal: AbortSignal): Promise<unknown> {
    return this.#send({ action: `read pod ${podName}`, path: `/${encodeURIComponent(podName)}`, signal });
  }

  /** Changes labels of a pod, if nobody has written to it since the given version. */
  label(podName: string, { labels, version }: LabelChange, signal: AbortSignal): Promise<unknown> {
    const patch = { metadata: { labels, resourceVersion: version } };
    return this.#send({
      action: `label pod ${podName}`,
      path: `/${encodeURIComponent(podName)}`,
      patch,
      signal,
    });
  }

  /** The pods of a cluster. */
  list(clusterName: string, signal: AbortSignal): Promise<unknown> {
    return this.#send({ action: "list pods", path: `?${selection(clusterName)}`, signal });
  }

  /** What happens to the pods of a cluster after a version of the list, for as long as the signal lets it. */
  async watch(
    clusterName: string,
    { version, timeoutMs }: { readonly version: string; readonly timeoutMs: number },
    signal: AbortSignal,
  ): Promise<Response> {
    const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=${Math.ceil(timeoutMs / 1_000)}`;
    const url = `${this.#pods}?${selection(clusterName)}&${query}&resourceVersion=${encodeURIComponent(version)}`;
    const response = await this.#config.fetch(url, { headers: this.#headers(), signal, redirect: "error" });
    if (response.status === 200) return response;
    throw new KubernetesRefusal("watch pods", { status: response.status, text: await response.text() });
  }

  async #send({ action, path, patch, signal }: PodRequest): Promise<unknown> {
    const content = patch ? { method: "PATCH" as const, body: patch } : {};
    const headers = patch
      ? { ...this.#headers(), "Content-Type": "application/merge-patch+json" }
      : this.#headers();
    const request = { url: this.#pods + path, headers, timeoutMs: answerTimeoutMs, ...content };
    const answer = await requestJson(this.#config.fetch, request, { clock: this.#clock, signal });
    if (answer.status !== 200) throw new KubernetesRefusal(action, answer);
    return parseAnswer(answer);
  }

  get #pods(): string {
    const { server, namespace } = this.#config;
    return `${server}/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  }

  #headers(): Readonly<Record<string, string>> {
    const token = this.#config.token();
    return { Accept: "application/json", ...(token === "" ? {} : { Authorization: `Bearer ${token}` }) };
  }
}

interface PodRequest {
  /** Completes "Kubernetes refused to …". */
  readonly action: string;
  /** Behind the path of all pods. */
  readonly path: string;
  readonly patch?: object;
  readonly signal: AbortSignal;
}

function selection(clusterName: string): string {
  return `labelSelector=${encodeURIComponent(`${clusterLabel}=${clusterName}`)}`;
}

function reasonOf(text: string): string {
  try {
    return textOf(JSON.parse(text), "message") || text.slice(0, 200);
  } catch {
    return text.slice(0, 200);
  }
}

/** The version of a list, a pod or an event's object. */
export function versionOf(object: unknown): string {
  return textOf(fieldOf(object, "metadata"), "resourceVersion");
}
