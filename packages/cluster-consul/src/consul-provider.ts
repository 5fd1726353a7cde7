import type { ClusterProvider, Member, ProviderContext, ProviderSession } from "@ts-grain/cluster";
import { joinDirectory } from "@ts-grain/cluster/provider";
import { ConsulClient } from "./consul-client.ts";
import { ConsulDirectory } from "./consul-directory.ts";
import { type ConsulConfig, type ConsulProviderOptions, resolveConsulOptions } from "./consul-options.ts";
import { ConsulRegistration } from "./consul-registration.ts";

/**
 * Members find each other through Consul. They register as those of Proto.Actor Go do, so that both take part in one
 * cluster: the cluster is a service, each member an instance of it whose kinds are the tags.
 *
 * @example
 * import {
 *   ActorSystem,
 *   Cluster,
 *   configureCluster,
 *   configureRemote,
 *   DistHashLookup,
 * } from "@ts-grain/cluster";
 * import { ConsulProvider } from "@ts-grain/cluster-consul";
 *
 * const cluster = await Cluster.startMember(
 *   new ActorSystem(),
 *   configureCluster(
 *     "my-cluster",
 *     new ConsulProvider(),
 *     new DistHashLookup(),
 *     configureRemote("10.0.0.1", 8090),
 *   ),
 * );
 */
export class ConsulProvider implements ClusterProvider {
  readonly #config: ConsulConfig;

  /** @throws ClusterError "invalid_options", saying which one. */
  constructor(options: ConsulProviderOptions = {}) {
    this.#config = resolveConsulOptions(options, process.env);
  }

  async joinAsMember(self: Member, context: ProviderContext): Promise<ProviderSession> {
    const { client, directory } = this.#open(context);
    const { ttlMs, forgetMs, timing } = this.#config;
    const { clusterName } = context;
    const registration = new ConsulRegistration(client, { self, clusterName, ttlMs, forgetMs });
    return joinDirectory({ directory, self: { id: self.id, registration }, context, timing });
  }

  async joinAsClient(context: ProviderContext): Promise<ProviderSession> {
    const { directory } = this.#open(context);
    return joinDirectory({ directory, context, timing: this.#config.timing });
  }

  #open(context: ProviderContext): { readonly client: ConsulClient; readonly directory: ConsulDirectory } {
    const client = new ConsulClient(this.#config, context.clock);
    return { client, directory: new ConsulDirectory(client, { context, ttlMs: this.#config.ttlMs }) };
  }
}
