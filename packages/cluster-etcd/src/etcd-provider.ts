import type { ClusterProvider, Member, ProviderContext, ProviderSession } from "@ts-grain/cluster";
import { type EtcdConfig, resolveEtcdOptions } from "./etcd-config.ts";
import type { EtcdProviderOptions } from "./etcd-options.ts";
import { joinEtcd } from "./etcd-session.ts";

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

  joinAsMember(self: Member, context: ProviderContext): Promise<ProviderSession> {
    return joinEtcd(this.#config, { self, context });
  }

  joinAsClient(context: ProviderContext): Promise<ProviderSession> {
    return joinEtcd(this.#config, { context });
  }
}
