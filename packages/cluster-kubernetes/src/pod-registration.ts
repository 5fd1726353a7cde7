import type { ProviderContext } from "@ts-grain/cluster";
import { fieldOf, type MemberRegistration, textOf } from "@ts-grain/cluster/provider";
import type { PodClient } from "./pod-client.ts";
import { type Labels, labelPrefix } from "./pod-labels.ts";
import { labelsOf, versionOf } from "./pod-member.ts";

/** What a registration says, and where. */
export interface PodRegistrationOptions {
  readonly podName: string;
  readonly labels: Labels;
  /** The host that the member goes by. */
  readonly host: string;
  readonly logger: ProviderContext["logger"];
}

/** A member as the labels of its pod. They last as long as the pod; Kubernetes tells the others when it is not ready. */
export class PodRegistration implements MemberRegistration {
  readonly #client: PodClient;
  readonly #options: PodRegistrationOptions;
  #hasLooked = false;

  constructor(client: PodClient, options: PodRegistrationOptions) {
    this.#client = client;
    this.#options = options;
  }

  async refresh(signal: AbortSignal): Promise<void> {
    const { podName, labels } = this.#options;
    const pod = await this.#client.get(podName, signal);
    if (!this.#hasLooked) this.#warnOfOtherHost(pod);
    this.#hasLooked = true;
    await this.#label(pod, { wanted: labels, signal });
  }

  async remove(signal: AbortSignal): Promise<void> {
    const pod = await this.#client.get(this.#options.podName, signal);
    await this.#label(pod, { wanted: {}, signal });
  }

  /**
   * Names the version that it has read, so that what is carried out late, after it was given up, changes nothing that was written
   * since. Kubernetes refuses it then, and it is done again from the start.
   */
  async #label(
    pod: unknown,
    { wanted, signal }: { readonly wanted: Labels; readonly signal: AbortSignal },
  ): Promise<void> {
    const labels = changeOf(labelsOf(pod), wanted);
    if (Object.keys(labels).length === 0) return;
    await this.#client.label(this.#options.podName, { labels, version: versionOf(pod) }, signal);
  }

  #warnOfOtherHost(pod: unknown): void {
    const { host, logger } = this.#options;
    const podIp = textOf(fieldOf(pod, "status"), "podIP");
    if (podIp === "" || podIp === host) return;
    logger.warn(
      { host, podIp },
      "the member goes by another address than its pod, so others cannot reach it",
    );
  }
}

/** What a container that ran in the pod before has left is taken away; labels of others stay. */
function changeOf(present: object, wanted: Labels): Readonly<Record<string, string | null>> {
  const stale = Object.keys(present).filter((label) => label.startsWith(labelPrefix) && !(label in wanted));
  const missing = Object.entries(wanted).filter(([label, value]) => textOf(present, label) !== value);
  return { ...Object.fromEntries(stale.map((label) => [label, null])), ...Object.fromEntries(missing) };
}
