import { ActorSystem, type Logger, type StrayErrors, seededRandom } from "@ts-grain/actor";
import { quietLogger, VirtualClock } from "@ts-grain/actor/testing";
import { configureRemote, InMemoryNetwork, type InMemoryNetworkOptions } from "@ts-grain/remote";
import type { Kind } from "../grain/kind.ts";
import { DistHashLookup } from "../identity/disthash-lookup.ts";
import type { IdentityLookup } from "../identity/identity-lookup.ts";
import { InProcessProvider } from "../membership/in-process-provider.ts";
import { Cluster } from "../start/cluster.ts";
import { type ClusterOptions, configureCluster } from "../start/cluster-config.ts";
import { EvictingProvider } from "./evicting-provider.ts";

/**
 * What a cluster in memory may be given.
 *
 * @see {@link InMemoryCluster}
 */
export interface InMemoryClusterOptions extends Omit<ClusterOptions, "kinds"> {
  /** Makes a member's kinds; called for each. */
  readonly kinds: () => readonly Kind[];
  /** How many members are started. Default 1. */
  readonly members?: number | undefined;
  /** Delay and loss of the network. Default none. */
  readonly network?: Omit<InMemoryNetworkOptions, "clock" | "random"> | undefined;
  /** Every chance comes from it. Default 1. */
  readonly seed?: number | undefined;
  /** What time it is. Default: a clock of its own that stands at 0. */
  readonly clock?: VirtualClock | undefined;
  /** Where all members and clients log. Default: nowhere. */
  readonly logger?: Logger | undefined;
  /** Decides where grains live; all members and clients share it. Default: as `DistHashLookup`. */
  readonly lookup?: IdentityLookup | undefined;
  /** What becomes of errors that escaped every handler. Default: that of an actor system, which logs rejections. */
  readonly strayErrors?: StrayErrors | undefined;
}

/**
 * A cluster in one process, on a clock of its own and a network that does what its seed says.
 *
 * @example
 * import { InMemoryCluster, type InMemoryClusterOptions } from "@ts-grain/cluster/testing";
 *
 * const options: InMemoryClusterOptions = {
 *   kinds: () => [],
 *   members: 2,
 *   network: { delayMs: { min: 1, max: 50 } },
 * };
 * await using home = await InMemoryCluster.start(options);
 * const third = await home.addMember();
 * await home.settle(third.members.until(({ members }) => members.length === 3));
 * console.log(home.members.length); // prints: 3
 */
export class InMemoryCluster implements AsyncDisposable {
  readonly clock: VirtualClock;
  /** All that were started, also those that have ended. */
  readonly members: Cluster[] = [];
  readonly network: InMemoryNetwork;
  readonly #options: InMemoryClusterOptions;
  readonly #provider: EvictingProvider;
  readonly #clients: Cluster[] = [];
  readonly #ended = new Set<Cluster>();
  #nextSeed: number;

  private constructor(options: InMemoryClusterOptions) {
    this.#options = options;
    this.clock = options.clock ?? new VirtualClock();
    this.#nextSeed = options.seed ?? 1;
    this.network = new InMemoryNetwork({ ...options.network, clock: this.clock, random: this.#random() });
    this.#provider = new EvictingProvider(new InProcessProvider({ network: this.network }));
  }

  /** Starts the members one after the other. */
  static async start(options: InMemoryClusterOptions): Promise<InMemoryCluster> {
    const cluster = new InMemoryCluster(options);
    for (let index = 0; index < (options.members ?? 1); index++) await cluster.addMember();
    return cluster;
  }

  /** The members that have not ended. */
  get living(): readonly Cluster[] {
    return this.members.filter((member) => !this.#ended.has(member));
  }

  /** Starts one more member. */
  async addMember(): Promise<Cluster> {
    const member = await Cluster.startMember(this.#system(), this.#config(this.#options.kinds()));
    this.members.push(member);
    void member.ended.then(() => this.#ended.add(member));
    return member;
  }

  /** Starts a client. */
  async addClient(): Promise<Cluster> {
    const client = await Cluster.startClient(this.#system(), this.#config([]));
    this.#clients.push(client);
    return client;
  }

  /** The member at an address. */
  memberAt(address: string): Cluster {
    const member = this.members.find(({ system }) => system.address === address);
    if (!member) throw new Error(`no member at ${address}`);
    return member;
  }

  /** Takes a member off the provider's list, as if its keep-alives had failed. */
  async evict(
    { self }: Cluster,
    options?: { readonly tells?: boolean; readonly breaks?: boolean },
  ): Promise<void> {
    if (self) await this.#provider.evict(self, options);
  }

  /** Waits until the promise settles, and moves time on as far as it takes, with everything that falls due. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = promise.finally(() => {
      settled = true;
    });
    done.catch(() => undefined);
    await this.clock.settle();
    while (!settled) await this.clock.advance(1);
    return done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const cluster of [...this.#clients, ...this.members]) await this.settle(cluster.shutdown());
  }

  #system(): ActorSystem {
    const { logger = quietLogger, strayErrors } = this.#options;
    return new ActorSystem({ clock: this.clock, random: this.#random(), logger, strayErrors });
  }

  #random(): ReturnType<typeof seededRandom> {
    return seededRandom(this.#nextSeed++);
  }

  #config(kinds: readonly Kind[]): ReturnType<typeof configureCluster> {
    const remote = configureRemote("localhost", 0);
    const { lookup = new DistHashLookup() } = this.#options;
    return configureCluster("test", this.#provider, lookup, remote, {
      ...this.#options,
      kinds,
    });
  }
}
