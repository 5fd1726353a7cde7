import type { ClusterProvider, Member, ProviderContext, ProviderSession } from "@ts-grain/cluster";
import { joinDirectory } from "@ts-grain/cluster/provider";
import {
  type KubernetesConfig,
  type KubernetesProviderOptions,
  resolveKubernetesOptions,
} from "./kubernetes-options.ts";
import type { PodClient } from "./pod-client.ts";
import { PodDirectory } from "./pod-directory.ts";
import { memberLabels, refuseUnfitLabels } from "./pod-labels.ts";
import { PodRegistration } from "./pod-registration.ts";

/**
 * Members find each other as pods of Kubernetes. They label their pods as those of Proto.Actor Go do, so that both take
 * part in one cluster; Kubernetes itself judges who is alive.
 *
 * @example
 * import {
 *   ActorSystem,
 *   Cluster,
 *   configureCluster,
 *   configureRemote,
 *   DistHashLookup,
 * } from "@ts-grain/cluster";
 * import { KubernetesProvider } from "@ts-grain/cluster-kubernetes";
 *
 * const advertisedHost = `${process.env["POD_IP"]}:8090`;
 * const remote = configureRemote("0.0.0.0", 8090, { advertisedHost, insecure: true });
 * const cluster = await Cluster.startMember(
 *   new ActorSystem(),
 *   configureCluster("my-cluster", new KubernetesProvider(), new DistHashLookup(), remote),
 * );
 */
export class KubernetesProvider implements ClusterProvider {
  readonly #config: KubernetesConfig;

  /** @throws ClusterError "invalid_options", saying which one. */
  constructor(options: KubernetesProviderOptions = {}) {
    this.#config = resolveKubernetesOptions(options, process.env);
  }

  /** @throws ClusterError "invalid_options" when a name cannot be a label; "provider_unavailable" as every provider. */
  async joinAsMember(self: Member, context: ProviderContext): Promise<ProviderSession> {
    const { timing, podName } = this.#config;
    const labels = memberLabels(self, context.clusterName);
    refuseUnfitLabels(labels);
    const client = await this.#createClient(context);
    const registration = new PodRegistration(client, {
      podName,
      labels,
      host: self.host,
      logger: context.logger,
    });
    const directory = new PodDirectory(client, { context, self });
    return joinDirectory({ directory, self: { id: self.id, registration }, context, timing });
  }

  async joinAsClient(context: ProviderContext): Promise<ProviderSession> {
    const client = await this.#createClient(context);
    return joinDirectory({
      directory: new PodDirectory(client, { context }),
      context,
      timing: this.#config.timing,
    });
  }

  /** The client library takes half a second and 90 MB: only programs that join load it. */
  async #createClient({ clock }: ProviderContext): Promise<PodClient> {
    const { PodClient } = await import("./pod-client.ts");
    return new PodClient(this.#config, clock);
  }
}
