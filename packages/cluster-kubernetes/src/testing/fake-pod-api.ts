import type { ServerResponse } from "node:http";
import { fieldOf, textOf } from "@ts-grain/cluster/provider";
import type { FaultyServer } from "@ts-grain/cluster/testing";
import { FakePodStore, type PodChange } from "./fake-pod-store.ts";
import { type Exchange, FaultyHttpServer } from "./faulty-http-server.ts";

/**
 * What a test says about a pod.
 *
 * @example
 * import { type FakePod, FakePodApi } from "@ts-grain/cluster-kubernetes/testing";
 *
 * const starting: FakePod = { ip: "10.0.0.7", isReady: false, labels: { app: "ts-grain" } };
 * await using api = await FakePodApi.start();
 * api.addPod("pod-0", starting);
 * console.log(api.labels("pod-0")["app"]); // prints: ts-grain
 */
export interface FakePod {
  readonly ip: string;
  /** Whether its containers are. Default true. */
  readonly isReady?: boolean | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

interface Watcher {
  readonly matches: (labels: Readonly<Record<string, string>>) => boolean;
  /** It is told what is newer. */
  readonly since: number;
  readonly response: ServerResponse;
}

const podsPath = "/api/v1/namespaces/test/pods";

/**
 * The part of a Kubernetes API server that is about the pods of the namespace `test`, over HTTP on the loopback
 * interface: get, list, watch with bookmarks, and merge patch of labels. It can hang, end and begin again.
 *
 * @example
 * import { KubernetesProvider } from "@ts-grain/cluster-kubernetes";
 * import { FakePodApi } from "@ts-grain/cluster-kubernetes/testing";
 * import { test } from "vitest";
 *
 * test("members outlast a restart of the API server", async () => {
 *   await using api = await FakePodApi.start();
 *   api.addPod("pod-0", { ip: "127.0.0.1" });
 *   const provider = new KubernetesProvider({
 *     server: api.url,
 *     namespace: "test",
 *     podName: "pod-0",
 *   });
 *   // … start a member with the provider …
 *   await api.kill();
 *   await api.restart();
 * });
 */
export class FakePodApi implements AsyncDisposable, FaultyServer {
  /** Each request, as `METHOD path?query`. */
  readonly requests: string[] = [];
  /** Verbs that the service account lacks, of get, list, watch and patch. */
  readonly forbidden: Set<string> = new Set();
  /** Statuses that the next patches are answered with. */
  readonly patchFailures: number[] = [];
  readonly #store = new FakePodStore();
  readonly #watchers = new Set<Watcher>();
  #server: FaultyHttpServer | undefined;

  private constructor() {
    this.#store.listener = (change) => this.#tellAll(change);
  }

  static async start(): Promise<FakePodApi> {
    const api = new FakePodApi();
    api.#server = await FaultyHttpServer.start((exchange) => api.#answer(exchange));
    return api;
  }

  /** Its HTTP address. */
  get url(): string {
    return this.#server!.url;
  }

  /** Adds a running pod, or makes it anew under another uid. */
  addPod(name: string, pod: FakePod): void {
    this.#store.add(name, pod);
  }

  /** As the kubelet tells, when the containers of a pod die or are started again. */
  setReady(name: string, readiness: "ready" | "not ready"): void {
    this.#store.setReady(name, readiness);
  }

  deletePod(name: string): void {
    this.#store.delete(name);
  }

  labels(name: string): Readonly<Record<string, string>> {
    return this.#store.get(name)?.labels ?? {};
  }

  /** Sends every watcher a bookmark of the newest version, and returns that. */
  bookmark(): string {
    const version = `${this.#store.version}`;
    const object = { kind: "Pod", metadata: { resourceVersion: version } };
    for (const { response } of this.#watchers) send(response, { type: "BOOKMARK", object });
    return version;
  }

  /** Forgets what happened until now: watches from older versions get 410, those that run get an error event. */
  compact(): void {
    this.#store.compact();
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    const object = { kind: "Status", code: 410, message: "too old resource version" };
    for (const { response } of watchers) response.end(`${JSON.stringify({ type: "ERROR", object })}\n`);
  }

  /** Ends every watch in order, as the API server does after a while. */
  endWatches(): void {
    for (const { response } of this.#watchers) response.end();
    this.#watchers.clear();
  }

  /** Cuts every connection. */
  dropConnections(): void {
    this.#server!.dropConnections();
  }

  /** Lets it accept connections and requests and answer nothing, and its watches tell nothing. */
  freeze(): void {
    this.#server!.freeze();
  }

  /** Lets it go on; what it was asked meanwhile is carried out. */
  thaw(): void {
    this.#server!.thaw();
  }

  /** Ends it without a word: connections are refused from now on. Pods live and die all the same. */
  kill(): Promise<void> {
    return this.#server!.kill();
  }

  /** Starts it at the same address after it was killed, with all that it knew. */
  restart(): Promise<void> {
    return this.#server!.restart();
  }

  /**
   * Starts it at the same address after it was killed, as from an old backup: versions count anew, and pods have the labels
   * that they were made with.
   */
  restartEmpty(): Promise<void> {
    this.#store.restore();
    return this.#server!.restart();
  }

  /** How many watches run. */
  get watches(): number {
    return this.#watchers.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server!.kill();
  }

  #answer(exchange: Exchange): void {
    const { request, response } = exchange;
    this.requests.push(`${request.method} ${request.url}`);
    const url = new URL(request.url ?? "", this.url);
    const name = url.pathname.slice(podsPath.length + 1);
    const isWatch = url.searchParams.has("watch");
    const verb = request.method === "PATCH" ? "patch" : name !== "" ? "get" : isWatch ? "watch" : "list";
    const refusal = this.forbidden.has(verb)
      ? 403
      : verb === "patch"
        ? this.patchFailures.shift()
        : undefined;
    if (!url.pathname.startsWith(podsPath)) refuse(response, 404);
    else if (refusal !== undefined) refuse(response, refusal);
    else if (verb === "watch") this.#watch(url.searchParams, response);
    else if (verb === "list") this.#list(url.searchParams, response);
    else if (!this.#store.get(name)) refuse(response, 404);
    else if (verb === "patch") this.#patch(name, exchange);
    else respond(response, this.#store.describe(name));
  }

  #list(query: URLSearchParams, response: ServerResponse): void {
    const items = this.#store.list(selectorOf(query)).map((name) => this.#store.describe(name));
    respond(response, { kind: "PodList", metadata: { resourceVersion: `${this.#store.version}` }, items });
  }

  #watch(query: URLSearchParams, response: ServerResponse): void {
    const since = Number(query.get("resourceVersion"));
    if (since < this.#store.oldest) {
      refuse(response, 410);
      return;
    }
    response.writeHead(200, { "Content-Type": "application/json" }).flushHeaders();
    const watcher = { response, since, matches: selectorOf(query) };
    for (const change of this.#store.changesSince(since)) tell(watcher, change);
    this.#watchers.add(watcher);
    response.once("close", () => this.#watchers.delete(watcher));
  }

  /** A patch that names a version is only for the pod of that version. */
  #patch(name: string, { request, response, body }: Exchange): void {
    if (request.headers["content-type"] !== "application/merge-patch+json") {
      refuse(response, 415);
      return;
    }
    const metadata = fieldOf(JSON.parse(body), "metadata");
    const version = textOf(metadata, "resourceVersion");
    if (version !== "" && version !== `${this.#store.get(name)?.version}`) {
      refuse(response, 409);
      return;
    }
    const labels = fieldOf(metadata, "labels");
    this.#store.patchLabels(name, labels as Readonly<Record<string, string | null>>);
    respond(response, this.#store.describe(name));
  }

  #tellAll(change: PodChange): void {
    for (const watcher of this.#watchers) tell(watcher, change);
  }
}

/** A pod that no longer matches the selector is deleted for the watcher, and one that has begun to is added. */
function tell({ matches, since, response }: Watcher, { version, before, after, object }: PodChange): void {
  if (version <= since) return;
  const [matched, isMatching] = [
    before !== undefined && matches(before),
    after !== undefined && matches(after),
  ];
  const type = isMatching ? (matched ? "MODIFIED" : "ADDED") : matched ? "DELETED" : undefined;
  if (type) send(response, { type, object });
}

/** Knows selectors of one label. */
function selectorOf(query: URLSearchParams): (labels: Readonly<Record<string, string>>) => boolean {
  const [label = "", value] = (query.get("labelSelector") ?? "").split("=");
  return (labels) => textOf(labels, label) === value;
}

function send(response: ServerResponse, event: object): void {
  response.write(`${JSON.stringify(event)}\n`);
}

function respond(response: ServerResponse, body: object): void {
  response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, code: number): void {
  const body = { kind: "Status", status: "Failure", code, message: `pods: refused with ${code}` };
  response.writeHead(code, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}
