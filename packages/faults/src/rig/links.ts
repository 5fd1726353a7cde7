import { ConsulHost } from "./consul-host.ts";
import { EtcdHosts } from "./etcd-hosts.ts";
import type { Host } from "./host.ts";
import { Network } from "./network.ts";
import { Rig } from "./rig.ts";
import type { TestProcess } from "./test-process.ts";

/** The hosts of such a network. */
const names = ["store", "c1", "m1", "m2", "m3"] as const;

/** What runs on a host, as the test calls it. */
export type HostName = (typeof names)[number];

interface LinkParts<Store> {
  readonly network: Network;
  readonly rig: Rig;
  readonly store: Store;
}

/** Three members, a client and a Consul or etcd, each on a host of its own. */
export class Links<Store extends ConsulHost | EtcdHosts = ConsulHost> implements AsyncDisposable {
  static #made = 0;
  readonly network: Network;
  readonly store: Store;
  readonly rig: Rig;
  readonly members: readonly TestProcess[];
  readonly client: TestProcess;

  private constructor({ network, rig, store }: LinkParts<Store>, processes: readonly TestProcess[]) {
    const [client, ...members] = processes;
    this.network = network;
    this.rig = rig;
    this.store = store;
    this.client = client!;
    this.members = members;
  }

  /** @param consul the path of Consul */
  static async start(consul: string): Promise<Links> {
    const network = Links.#createNetwork();
    const store = await ConsulHost.start(consul, network.hosts[0]!);
    return Links.#on({ network, store, rig: await Rig.start({ server: store }) });
  }

  /** @param etcd the path of etcd */
  static async startOnEtcd(etcd: string): Promise<Links<EtcdHosts>> {
    const network = Links.#createNetwork();
    const store = await EtcdHosts.start(etcd, [network.hosts[0]!]);
    const { endpoints } = store;
    return Links.#on({
      network,
      store,
      rig: await Rig.start({ server: store, defaults: { etcd: { endpoints } } }),
    });
  }

  static #createNetwork(): Network {
    Links.#made++;
    return new Network(`g${process.pid % 10_000}${Links.#made}`, names.length);
  }

  static async #on<Store extends ConsulHost | EtcdHosts>(parts: LinkParts<Store>): Promise<Links<Store>> {
    const [, ...hosts] = parts.network.hosts;
    const processes = await Promise.all(
      ["c1", "m1", "m2", "m3"].map((name, index) =>
        parts.rig.startOn(hosts[index]!, name === "c1" ? "client" : "member", name),
      ),
    );
    await parts.rig.untilAllSee(3);
    return new Links(parts, processes);
  }

  host(name: HostName): Host {
    return this.network.hosts[names.indexOf(name)]!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rig[Symbol.asyncDispose]();
    this.network[Symbol.dispose]();
  }
}
