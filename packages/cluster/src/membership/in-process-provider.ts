import { InMemoryNetwork, type Transport } from "@ts-grain/remote";
import type {
  ClusterProvider,
  MembersListener,
  ProviderContext,
  ProviderSession,
} from "./cluster-provider.ts";
import type { Member } from "./member.ts";

interface Registrations {
  readonly members: Map<string, Member>;
  readonly listeners: Set<MembersListener>;
}

/**
 * What the in-process provider may be given.
 *
 * @example
 * import { InProcessProvider, type InProcessProviderOptions } from "@ts-grain/cluster";
 * import { InMemoryNetwork } from "@ts-grain/remote";
 *
 * const slow: InProcessProviderOptions = {
 *   network: new InMemoryNetwork({ delayMs: { min: 1, max: 20 } }),
 * };
 * const provider = new InProcessProvider(slow);
 */
export interface InProcessProviderOptions {
  /** Carries the frames between the members. Default: a network of its own, without delay or loss. */
  readonly network?: InMemoryNetwork | undefined;
}

/**
 * The embedded default: members and clients of one process that are given the same provider find each other and talk
 * through memory, with no server and no socket.
 *
 * @example
 * import {
 *   ActorSystem,
 *   Cluster,
 *   configureCluster,
 *   configureRemote,
 *   DistHashLookup,
 *   InProcessProvider,
 * } from "@ts-grain/cluster";
 *
 * const provider = new InProcessProvider();
 * const start = () =>
 *   Cluster.startMember(
 *     new ActorSystem(),
 *     configureCluster("home", provider, new DistHashLookup(), configureRemote("localhost", 0)),
 *   );
 * await using one = await start();
 * await using other = await start();
 * await one.members.until(({ members }) => members.length === 2);
 * console.log(other.members.topology.members.length); // prints: 2
 */
export class InProcessProvider implements ClusterProvider {
  readonly #clusters = new Map<string, Registrations>();
  readonly #network: InMemoryNetwork;

  constructor(options: InProcessProviderOptions = {}) {
    this.#network = options.network ?? new InMemoryNetwork();
  }

  /** A new way into the network, for one member or client. */
  get transport(): Transport {
    return this.#network.transport();
  }

  async joinAsMember(self: Member, context: ProviderContext): Promise<ProviderSession> {
    const registrations = this.#registrations(context.clusterName);
    registrations.members.set(self.id, self);
    registrations.listeners.add(context.onMembers);
    announce(registrations);
    const end = async (): Promise<void> => {
      registrations.listeners.delete(context.onMembers);
      if (registrations.members.delete(self.id)) announce(registrations);
    };
    // There is no process to die on its own here, so a member that is abandoned is noticed at once.
    return { leave: end, abandon: end };
  }

  async joinAsClient(context: ProviderContext): Promise<ProviderSession> {
    const registrations = this.#registrations(context.clusterName);
    registrations.listeners.add(context.onMembers);
    context.onMembers([...registrations.members.values()]);
    const end = async (): Promise<void> => {
      registrations.listeners.delete(context.onMembers);
    };
    return { leave: end, abandon: end };
  }

  #registrations(clusterName: string): Registrations {
    let registrations = this.#clusters.get(clusterName);
    if (!registrations) {
      registrations = { members: new Map(), listeners: new Set() };
      this.#clusters.set(clusterName, registrations);
    }
    return registrations;
  }
}

function announce({ members, listeners }: Registrations): void {
  const list = [...members.values()];
  for (const listener of [...listeners]) listener(list);
}
