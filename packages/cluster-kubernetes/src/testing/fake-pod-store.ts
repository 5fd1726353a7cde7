type Labels = Readonly<Record<string, string>>;

/** A pod as it is kept. */
interface StoredPod {
  readonly uid: string;
  readonly ip: string;
  readonly isReady: boolean;
  readonly labels: Labels;
  /** Those that it was made with. */
  readonly firstLabels: Labels;
  readonly version: number;
}

/** One change: the labels before and after it, undefined where there was no pod, and the pod as the API shows it. */
export interface PodChange {
  readonly version: number;
  readonly before: Labels | undefined;
  readonly after: Labels | undefined;
  readonly object: object;
}

/** The version of a store that has seen nothing yet. */
const firstVersion = 100;

/** Pods with a history, as the API server keeps them in etcd. */
export class FakePodStore {
  listener: (change: PodChange) => void = () => {};
  readonly #pods = new Map<string, StoredPod>();
  #history: PodChange[] = [];
  #version: number = firstVersion;
  #oldest: number = firstVersion;

  /** The version of the newest change. */
  get version(): number {
    return this.#version;
  }

  /** The oldest version after which all changes are known. */
  get oldest(): number {
    return this.#oldest;
  }

  get(name: string): StoredPod | undefined {
    return this.#pods.get(name);
  }

  list(matches: (labels: Labels) => boolean): readonly string[] {
    return [...this.#pods].filter(([, { labels }]) => matches(labels)).map(([name]) => name);
  }

  changesSince(version: number): readonly PodChange[] {
    return this.#history.filter((change) => change.version > version);
  }

  compact(): void {
    // What follows is newer than every version that was given out.
    this.#oldest = ++this.#version;
    this.#history = [];
  }

  add(
    name: string,
    {
      ip,
      isReady = true,
      labels = {},
    }: { ip: string; isReady?: boolean | undefined; labels?: Labels | undefined },
  ): void {
    this.delete(name);
    this.#put(name, { uid: `uid-${this.#version}`, ip, isReady, labels, firstLabels: labels, version: 0 });
  }

  setReady(name: string, readiness: "ready" | "not ready"): void {
    const pod = this.#pods.get(name);
    if (pod) this.#put(name, { ...pod, isReady: readiness === "ready" });
  }

  patchLabels(name: string, patch: Readonly<Record<string, string | null>>): void {
    const pod = this.#pods.get(name);
    if (!pod) return;
    const labels = new Map<string, string | null>([...Object.entries(pod.labels), ...Object.entries(patch)]);
    const kept = [...labels].filter((label): label is [string, string] => label[1] !== null);
    this.#put(name, { ...pod, labels: Object.fromEntries(kept) });
  }

  /** Counts anew, and forgets what has labelled the pods; how they are, their kubelets tell again. Nobody is told. */
  restore(): void {
    this.#version = this.#oldest = firstVersion;
    this.#history = [];
    for (const [name, pod] of this.#pods)
      this.#pods.set(name, { ...pod, labels: pod.firstLabels, version: ++this.#version });
  }

  delete(name: string): void {
    const pod = this.#pods.get(name);
    if (!pod) return;
    this.#pods.delete(name);
    this.#changed({ before: pod.labels, after: undefined, object: describe(name, pod) });
  }

  describe(name: string): object {
    return describe(name, this.#pods.get(name)!);
  }

  #put(name: string, pod: StoredPod): void {
    const before = this.#pods.get(name)?.labels;
    const stored = { ...pod, version: this.#version + 1 };
    this.#pods.set(name, stored);
    this.#changed({ before, after: stored.labels, object: describe(name, stored) });
  }

  #changed(change: Omit<PodChange, "version">): void {
    const numbered = { ...change, version: ++this.#version };
    this.#history.push(numbered);
    this.listener(numbered);
  }
}

function describe(name: string, { uid, ip, isReady, labels, version }: StoredPod): object {
  return {
    kind: "Pod",
    metadata: { name, namespace: "test", uid, labels, resourceVersion: `${version}` },
    status: { phase: "Running", podIP: ip, containerStatuses: [{ name: "main", ready: isReady }] },
  };
}
