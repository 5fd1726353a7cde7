import type { Member, ProviderContext } from "@ts-grain/cluster";
import { EntryReader, fieldOf, listOf, type MemberDirectory, textOf } from "@ts-grain/cluster/provider";
import { coalesce } from "./coalesce.ts";
import { KubernetesRefusal } from "./kubernetes-refusal.ts";
import type { PodClient } from "./pod-client.ts";
import { idLabel } from "./pod-labels.ts";
import { labelsOf, readPod, versionOf } from "./pod-member.ts";
import { type PodEvent, VersionGone, watchPods } from "./pod-watch.ts";

/** What a directory is about. */
export interface PodDirectoryOptions {
  readonly context: Pick<ProviderContext, "clusterName" | "logger" | "clock">;
  /** Undefined for a client. */
  readonly self?: Member | undefined;
}

/** Pods as they were at a version. */
interface KnownPods {
  readonly pods: Map<string, unknown>;
  version: string;
}

/** The pods of a cluster that are ready: listed once, then watched. */
export class PodDirectory implements MemberDirectory {
  readonly #client: PodClient;
  readonly #options: PodDirectoryOptions;
  readonly #reader: EntryReader;
  #wasReady = false;

  constructor(client: PodClient, options: PodDirectoryOptions) {
    this.#client = client;
    this.#options = options;
    this.#reader = new EntryReader(options.context.logger, readPod);
  }

  async *lists(signal: AbortSignal): AsyncIterable<readonly Member[]> {
    for (;;) {
      const list = await this.#client.list(this.#options.context.clusterName, signal);
      const pods = new Map(listOf(list, "items").map((pod) => [podKey(pod), pod]));
      const known: KnownPods = { pods, version: versionOf(list) };
      yield this.#members(pods);
      try {
        while (!signal.aborted) {
          for await (const news of this.#watch(known, signal)) if (news > 0) yield this.#members(pods);
          yield this.#members(pods);
        }
      } catch (error) {
        const isGone =
          error instanceof VersionGone || (error instanceof KubernetesRefusal && error.status === 410);
        if (!isGone) throw error;
        // Whoever asks keeps the pace by what is yielded: a list is not asked for in vain as often as versions are gone.
        yield this.#members(pods);
      }
    }
  }

  /**
   * Keeps pods up to date until a watch ends, and yields how much was news. Who asks is held to a pace, at which pods that change
   * one by one would be seen much too late.
   */
  async *#watch(known: KnownPods, signal: AbortSignal): AsyncIterable<number> {
    const { clusterName, clock } = this.#options.context;
    const over = new AbortController();
    const wait = { clock, signal: AbortSignal.any([signal, over.signal]) };
    try {
      const events = watchPods(this.#client, { clusterName, version: known.version }, wait);
      yield* coalesce(events, (event) => {
        known.version = event.version || known.version;
        apply(event, known.pods);
        return event.type !== "BOOKMARK";
      });
    } finally {
      over.abort();
    }
  }

  /**
   * A member whose pod is labelled is there for itself before the pod is ready, so that a readiness probe may ask
   * whether it has joined.
   */
  #members(pods: ReadonlyMap<string, unknown>): readonly Member[] {
    const members = this.#reader.members([...pods.values()]);
    const { self } = this.#options;
    if (!self) return members;
    this.#wasReady ||= members.some(({ id }) => id === self.id);
    const isLabelled = [...pods.values()].some((pod) => textOf(labelsOf(pod), idLabel) === self.id);
    return this.#wasReady || !isLabelled ? members : [...members, self];
  }
}

function apply({ type, pod }: PodEvent, pods: Map<string, unknown>): void {
  if (type === "DELETED") pods.delete(podKey(pod));
  else if (type !== "BOOKMARK") pods.set(podKey(pod), pod);
}

/** A pod that was made anew under a former one's name is another one. */
function podKey(pod: unknown): string {
  return textOf(fieldOf(pod, "metadata"), "uid");
}
