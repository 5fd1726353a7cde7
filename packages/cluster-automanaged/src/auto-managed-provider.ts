import {
  ClusterError,
  type ClusterProvider,
  type Member,
  type ProviderContext,
  type ProviderSession,
} from "@ts-grain/cluster";
import { joinDirectory } from "@ts-grain/cluster/provider";
import {
  type AutoManagedConfig,
  type AutoManagedProviderOptions,
  resolveAutoManagedOptions,
} from "./auto-managed-options.ts";
import { HealthServer } from "./health-server.ts";
import { HostDirectory } from "./host-directory.ts";

/**
 * Members find each other by asking every host of a list who it is, as those of Proto.Actor Go do: there is no server
 * beside them, and everybody judges alone who is there.
 *
 * @example
 * import {
 *   ActorSystem,
 *   Cluster,
 *   configureCluster,
 *   configureRemote,
 *   DistHashLookup,
 * } from "@ts-grain/cluster";
 * import { AutoManagedProvider } from "@ts-grain/cluster-automanaged";
 *
 * const provider = new AutoManagedProvider({
 *   port: 6330,
 *   hosts: ["localhost:6330", "localhost:6331"],
 * });
 * const cluster = await Cluster.startMember(
 *   new ActorSystem(),
 *   configureCluster(
 *     "my-cluster",
 *     provider,
 *     new DistHashLookup(),
 *     configureRemote("localhost", 0),
 *   ),
 * );
 */
export class AutoManagedProvider implements ClusterProvider {
  readonly #config: AutoManagedConfig;

  /** @throws ClusterError "invalid_options", saying which one. */
  constructor(options: AutoManagedProviderOptions = {}) {
    this.#config = resolveAutoManagedOptions(options);
  }

  async joinAsMember(self: Member, context: ProviderContext): Promise<ProviderSession> {
    const { timing } = this.#config;
    const registration = await this.#listen(self, context.clusterName);
    const directory = new HostDirectory(this.#config, { context, self });
    const session = await joinDirectory({ directory, self: { id: self.id, registration }, context, timing });
    const abandon = async (): Promise<void> => {
      await session.abandon();
      // A process that has died answers nobody.
      await registration.remove();
    };
    return { leave: () => session.leave(), abandon };
  }

  async joinAsClient(context: ProviderContext): Promise<ProviderSession> {
    const directory = new HostDirectory(this.#config, { context });
    return joinDirectory({ directory, context, timing: this.#config.timing });
  }

  async #listen(self: Member, clusterName: string): Promise<HealthServer> {
    const { host, port } = this.#config.listen;
    const server = new HealthServer({ host, port }, { self, clusterName });
    try {
      await server.refresh();
    } catch (cause) {
      throw new ClusterError("provider_unavailable", `cannot listen on ${host}:${port}`, { cause });
    }
    return server;
  }
}
