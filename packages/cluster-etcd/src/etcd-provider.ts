import type { ClusterProvider, Member, ProviderContext, ProviderSession } from "@ts-grain/cluster";
import { joinDirectory } from "@ts-grain/cluster/provider";
import { EtcdClient } from "./etcd-client.ts";
import { EtcdDirectory } from "./etcd-directory.ts";
import { type EtcdConfig, type EtcdProviderOptions, resolveEtcdOptions } from "./etcd-options.ts";
import { EtcdRegistration } from "./etcd-registration.ts";

/**
 * Members find each other through etcd. They register as those of Proto.Actor Go do, so that both take part in one
 * cluster: each member is a key that lasts as long as its lease.
 *
 * @example
 * import {
 *   ActorSystem,
 *   Cluster,
 *   configureCluster,
 *   configureRemote,
 *   DistHashLookup,
 * } from "@ts-grain/cluster";
 * import { EtcdProvider } from "@ts-grain/cluster-etcd";
 *
 * const provider = new EtcdProvider({ endpoints: ["http://127.0.0.1:2379"] });
 * const cluster = await Cluster.startMember(
 *   new ActorSystem(),
 *   configureCluster(
 *     "my-cluster",
 *     provider,
 *     new DistHashLookup(),
 *     configureRemote("10.0.0.1", 8090),
 *   ),
 * );
 */
export class EtcdProvider implements ClusterProvider {
  readonly #config: EtcdConfig;

  /** @throws ClusterError "invalid_options", saying which one. */
  constructor(options: EtcdProviderOptions = {}) {
    this.#config = resolveEtcdOptions(options);
  }

  async joinAsMember(self: Member, context: ProviderContext): Promise<ProviderSession> {
    const { timing, ttlMs } = this.#config;
    const { clusterName } = context;
    const client = new EtcdClient(this.#config, context.clock);
    const prefix = this.#prefix(context);
    const directory = new EtcdDirectory(client, { prefix, context, ttlMs });
    const registration = new EtcdRegistration(client, { prefix, self, clusterName, ttlMs });
    return joinDirectory({ directory, self: { id: self.id, registration }, context, timing });
  }

  async joinAsClient(context: ProviderContext): Promise<ProviderSession> {
    const { timing, ttlMs } = this.#config;
    const client = new EtcdClient(this.#config, context.clock);
    const directory = new EtcdDirectory(client, { prefix: this.#prefix(context), context, ttlMs });
    return joinDirectory({ directory, context, timing });
  }

  #prefix({ clusterName }: ProviderContext): string {
    return `${this.#config.baseKey}/${clusterName}/`;
  }
}
