import { RecordingLogger, type VirtualClock } from "@ts-grain/actor/testing";
import { type Cluster, type ClusterIdentity, DistHashLookup, type Kind } from "@ts-grain/cluster";
import { InMemoryCluster, type InMemoryClusterOptions } from "@ts-grain/cluster/testing";
import { ActivationJournal, type ActivationRecord } from "./activation-journal.ts";
import { Disturbance, type DisturbanceOptions } from "./disturbance.ts";
import { revealed } from "./revealing-caller.ts";

/**
 * What a cluster under test may be given. The options of `configureCluster` mean what they mean there.
 *
 * @see {@link startTestCluster}
 */
export interface TestClusterOptions
  extends Omit<InMemoryClusterOptions, "kinds" | "logger" | "lookup" | "strayErrors"> {
  /** What every member hosts; or a function that says it for each, in the order in which they start. */
  readonly kinds: readonly Kind[] | (() => readonly Kind[]);
}

/**
 * Starts a cluster for a test: members that find each other in memory, and send bytes to each other through a network in memory, on a clock
 * that stands still until the test moves it. The same seed gives the same run.
 *
 * @throws ClusterError "invalid_options", naming the option.
 * @example
 * import { startTestCluster } from "@ts-grain/testkit";
 * import { getSmartBulbGrainClient, newSmartBulbKind } from "./gen/smartbulb_grain.ts";
 *
 * const bulb = { getState: () => ({ isOn: true }), turnOn: () => ({}), turnOff: () => ({}) };
 * const kinds = [newSmartBulbKind(() => bulb)];
 * await using cluster = await startTestCluster({ kinds, members: 3, network: { delayMs: { min: 1, max: 20 } } });
 * const kitchen = getSmartBulbGrainClient(await cluster.addClient(), "kitchen");
 * console.log((await cluster.settle(kitchen.getState({}))).isOn); // prints: true
 */
export async function startTestCluster(options: TestClusterOptions): Promise<TestCluster> {
  const { kinds, ...others } = options;
  const log = new RecordingLogger();
  const journal = new ActivationJournal();
  const cluster = await InMemoryCluster.start({
    freezesMessages: true,
    ...others,
    kinds: typeof kinds === "function" ? kinds : () => kinds,
    // The runner is to see what escapes a grain.
    strayErrors: "none",
    logger: log,
    lookup: journal.observe(new DistHashLookup()),
  });
  return new TestCluster(cluster, journal, log);
}

/**
 * A cluster under test. Made by `startTestCluster`; ends, with all its members and clients, at the end of an `await using` block.
 *
 * Promises that need time to pass, such as those of calls to other members, are to be given to `settle`.
 *
 * @example
 * import { type ActivationRecord, type DisturbanceOptions, startTestCluster, type TestCluster } from "@ts-grain/testkit";
 * import { getSmartBulbGrainClient, newSmartBulbKind } from "./gen/smartbulb_grain.ts";
 *
 * const bulb = { getState: () => ({ isOn: true }), turnOn: () => ({}), turnOff: () => ({}) };
 * const isLiving = ({ ended }: ActivationRecord) => ended === undefined;
 * const livingIn = ({ activations }: TestCluster) => activations.filter(isLiving);
 *
 * await using cluster = await startTestCluster({ kinds: [newSmartBulbKind(() => bulb)], members: 3 });
 * const kitchen = getSmartBulbGrainClient(await cluster.addClient(), "kitchen");
 * const options: DisturbanceOptions = { seed: 3, everyMs: 200 };
 * const disturbance = cluster.disturb(options);
 * for (let call = 0; call < 20; call++) {
 *   await cluster.clock.advance(50);
 *   await cluster.settle(kitchen.getState({}, { timeoutMs: 30_000 }));
 * }
 * await cluster.settle(disturbance.stop());
 * console.log(livingIn(cluster).length); // prints: 1
 */
export class TestCluster implements AsyncDisposable {
  /** What the members, the clients and their grains have logged. */
  readonly log: RecordingLogger;
  readonly #cluster: InMemoryCluster;
  readonly #journal: ActivationJournal;
  readonly #disturbances: Disturbance[] = [];
  readonly #cuts: (readonly [string, string])[] = [];

  /** @internal */
  constructor(cluster: InMemoryCluster, journal: ActivationJournal, log: RecordingLogger) {
    this.#cluster = cluster;
    this.#journal = journal;
    this.log = log;
  }

  /** The members that have not left, oldest first. */
  get members(): readonly Cluster[] {
    return this.#cluster.living;
  }

  /** Stands still until the test lets time pass: `await cluster.clock.advance(1_000)`. */
  get clock(): VirtualClock {
    return this.#cluster.clock;
  }

  /** All activations so far, on all members, in the order in which they began; those of topics, of kind "prototopic", too. */
  get activations(): readonly ActivationRecord[] {
    return this.#journal.records;
  }

  /** Starts one more member. */
  addMember(): Promise<Cluster> {
    return this.settle(this.#cluster.addMember());
  }

  /** Starts a client. */
  addClient(): Promise<Cluster> {
    return this.settle(this.#cluster.addClient());
  }

  /**
   * The member on which a grain lives. The grain is activated if it is not active.
   *
   * @throws ClusterError "no_member", "not_delivered" or "invalid_options".
   */
  async hostOf({ kind, identity }: ClusterIdentity): Promise<Cluster> {
    const { address } = await this.settle(this.members[0]!.locate({ kind, identity }));
    return this.#cluster.memberAt(address);
  }

  /** A member leaves in order, as with `shutdown`. */
  leave(member: Cluster): Promise<void> {
    return this.settle(member.shutdown());
  }

  /** A member ends at once, without a word, as with `kill`. The provider notices at once. */
  crash(member: Cluster): Promise<void> {
    return this.settle(member.kill());
  }

  /** The provider takes a member off its list, as if its keep-alives had failed. The member ends its grains, and comes back. */
  evict(member: Cluster): Promise<void> {
    return this.settle(this.#cluster.evict(member));
  }

  /** Cuts the network between these members and all others, until `heal`. The provider lists all of them as before. */
  isolate(...members: readonly Cluster[]): void {
    const others = this.members.filter((member) => !members.includes(member));
    const pairs = members.flatMap((one) => others.map((other) => [one, other] as const));
    for (const [one, other] of pairs) {
      const cut = [one.system.address, other.system.address] as const;
      this.#cuts.push(cut);
      this.#cluster.network.cut(...cut);
    }
  }

  /** Takes back what `isolate` has cut. */
  heal(): void {
    for (const cut of this.#cuts.splice(0)) this.#cluster.network.heal(...cut);
  }

  /** Has faults strike while time passes, chosen by a seed, until they are stopped or the cluster ends. */
  disturb(options: DisturbanceOptions = {}): Disturbance {
    const disturbance = new Disturbance(this.#cluster, options);
    this.#disturbances.push(disturbance);
    return disturbance;
  }

  /**
   * Waits until the promise settles, and moves time on as far as it takes, with everything that falls due. An error of a call that hides its
   * cause from others, reason "INTERNAL", has it here, as `cause`.
   */
  async settle<T>(promise: Promise<T>): Promise<T> {
    try {
      return await this.#cluster.settle(promise);
    } catch (error) {
      throw revealed(error, this.log);
    }
  }

  /** Ends all faults, clients and members, in this order. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.settle(Promise.all(this.#disturbances.map((disturbance) => disturbance.stop())));
    this.heal();
    await this.#cluster[Symbol.asyncDispose]();
  }
}
