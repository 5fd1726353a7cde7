import { ConsulHost } from "./consul-host.ts";
import type { Host } from "./host.ts";
import { Network } from "./network.ts";
import { Rig } from "./rig.ts";
import type { TestProcess } from "./test-process.ts";

/** The hosts of such a network. */
const names = ["store", "c1", "m1", "m2", "m3"] as const;

/** What runs on a host, as the test calls it. */
export type HostName = (typeof names)[number];

/** Three members, a client and a Consul, each on a host of its own. */
export class Links implements AsyncDisposable {
  static #made = 0;
  readonly network: Network;
  readonly store: ConsulHost;
  readonly rig: Rig;
  readonly members: readonly TestProcess[];
  readonly client: TestProcess;

  private constructor(
    network: Network,
    { rig, store, processes }: Pick<Links, "rig" | "store"> & { readonly processes: readonly TestProcess[] },
  ) {
    const [client, ...members] = processes;
    this.network = network;
    this.rig = rig;
    this.store = store;
    this.client = client!;
    this.members = members;
  }

  /** @param consul the path of Consul */
  static async start(consul: string): Promise<Links> {
    Links.#made++;
    const network = new Network(`g${process.pid % 10_000}${Links.#made}`, names.length);
    const [storeHost, ...others] = network.hosts;
    const store = await ConsulHost.start(consul, storeHost!);
    const rig = await Rig.start({ server: store });
    const processes = await Promise.all(
      ["c1", "m1", "m2", "m3"].map((name, index) =>
        rig.startOn(others[index]!, name === "c1" ? "client" : "member", name),
      ),
    );
    await rig.untilAllSee(3);
    return new Links(network, { rig, store, processes });
  }

  host(name: HostName): Host {
    return this.network.hosts[names.indexOf(name)]!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rig[Symbol.asyncDispose]();
    this.network[Symbol.dispose]();
  }
}
