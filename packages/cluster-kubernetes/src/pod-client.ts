import {
  createConfiguration,
  type HttpLibrary,
  type KubeConfig,
  PatchStrategy,
  type RequestContext,
  ServerConfiguration,
} from "@kubernetes/client-node";
import { CoreV1ApiRequestFactory } from "@kubernetes/client-node/dist/gen/apis/CoreV1Api.js";
import type { ProviderContext } from "@ts-grain/cluster";
import { within } from "@ts-grain/cluster/provider";
import { type AnswerBody, readText } from "./bounded-text.ts";
import { kubeConfigFor } from "./kube-config.ts";
import type { KubernetesConfig } from "./kubernetes-options.ts";
import { KubernetesRefusal } from "./kubernetes-refusal.ts";
import { podHttp } from "./pod-http.ts";
import { clusterLabel } from "./pod-labels.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** Milliseconds in which the API server answers. */
const answerTimeoutMs = 5_000;

/** A change that was made up from what a pod was at a version. */
export interface LabelChange {
  /** Null takes one away; those that are not named stay. */
  readonly labels: Readonly<Record<string, string | null>>;
  readonly version: string;
}

/**
 * The part of the API that is about the pods of one namespace. The client library makes up the requests and logs in. What it makes of
 * answers is not used: it reads them whole however large they are, and one odd pod would hide all others.
 */
export class PodClient {
  readonly #requests: CoreV1ApiRequestFactory;
  readonly #namespace: string;
  readonly #clock: ProviderContext["clock"];
  readonly #http: HttpLibrary;
  #made: Promise<unknown> = Promise.resolve();

  constructor(
    { access, namespace }: Pick<KubernetesConfig, "access" | "namespace">,
    clock: ProviderContext["clock"],
    http: HttpLibrary = podHttp,
  ) {
    this.#requests = requestsTo("server" in access ? kubeConfigFor(access) : access);
    this.#namespace = namespace;
    this.#clock = clock;
    this.#http = http;
  }

  /** The pod of a name. */
  get(podName: string, signal: AbortSignal): Promise<unknown> {
    const make = () => this.#requests.readNamespacedPod(podName, this.#namespace);
    return this.#ask({ action: `read pod ${podName}`, make, signal });
  }

  /** Changes labels of a pod, if nobody has written to it since the given version. */
  label(podName: string, { labels, version }: LabelChange, signal: AbortSignal): Promise<unknown> {
    const patch = { metadata: { labels, resourceVersion: version } };
    const make = async () => {
      const request = await this.#requests.patchNamespacedPod(podName, this.#namespace, patch);
      request.setHeaderParam("Content-Type", PatchStrategy.MergePatch);
      return request;
    };
    return this.#ask({ action: `label pod ${podName}`, make, signal });
  }

  /** The pods of a cluster. */
  list(clusterName: string, signal: AbortSignal): Promise<unknown> {
    return this.#ask({ action: "list pods", make: () => this.#listing(clusterName), signal });
  }

  /** What happens to the pods of a cluster after a version of the list, for as long as the signal lets it. */
  watch(
    clusterName: string,
    { version, timeoutMs }: { readonly version: string; readonly timeoutMs: number },
    signal: AbortSignal,
  ): Promise<AnswerBody> {
    const make = async () => {
      const request = await this.#listing(clusterName);
      request.setQueryParam("watch", "true");
      request.setQueryParam("allowWatchBookmarks", "true");
      request.setQueryParam("timeoutSeconds", `${Math.ceil(timeoutMs / 1_000)}`);
      request.setQueryParam("resourceVersion", version);
      return request;
    };
    return this.#open({ action: "watch pods", make, signal });
  }

  async #listing(clusterName: string): Promise<RequestContext> {
    const request = await this.#requests.listNamespacedPod(this.#namespace);
    request.setQueryParam("labelSelector", `${clusterLabel}=${clusterName}`);
    return request;
  }

  #ask({ signal, ...request }: PodRequest): Promise<unknown> {
    return within(answerTimeoutMs, { clock: this.#clock, signal }, async (inTime) =>
      JSON.parse(await readText(await this.#open({ ...request, signal: inTime }))),
    );
  }

  async #open({ action, make, signal }: PodRequest): Promise<AnswerBody> {
    const request = await this.#make(make, signal);
    request.setSignal(signal);
    const { httpStatusCode: status, body } = await this.#http.send(request).toPromise();
    if (status === 200) return body.stream();
    throw new KubernetesRefusal(action, { status, text: await readText(body.stream()) });
  }

  /** One after the other: logging in may start a program, of which there shall not be more and more when it hangs. */
  #make(make: PodRequest["make"], signal: AbortSignal): Promise<RequestContext> {
    const making = this.#made.then(() => {
      signal.throwIfAborted();
      return make();
    });
    this.#made = making.catch(() => undefined);
    return unlessAborted(making, signal);
  }
}

interface PodRequest {
  /** Completes "Kubernetes refused to …". */
  readonly action: string;
  /** Makes it up, credentials included. */
  readonly make: () => Promise<RequestContext>;
  readonly signal: AbortSignal;
}

function requestsTo(kubeConfig: KubeConfig): CoreV1ApiRequestFactory {
  const server = kubeConfig.getCurrentCluster()?.server.replace(/\/+$/, "") ?? "";
  const baseServer = new ServerConfiguration(server, {});
  return new CoreV1ApiRequestFactory(
    createConfiguration({ baseServer, authMethods: { default: kubeConfig } }),
  );
}
