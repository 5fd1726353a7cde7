import { type Random, seededRandom } from "@ts-grain/actor";
import type { Cluster } from "@ts-grain/cluster";
import { pause } from "@ts-grain/cluster/provider";
import type { InMemoryCluster } from "@ts-grain/cluster/testing";

/**
 * What may happen to members. "crash": one ends at once, and after a while another takes its place; "leave": the same, in order;
 * "cut": the network lets nothing between two for a while; "evict": the provider lets one go, and it comes back by itself.
 *
 * @see {@link Disturbance}
 */
export type FaultKind = "crash" | "leave" | "cut" | "evict";

const faultKinds: readonly FaultKind[] = ["crash", "leave", "cut", "evict"];

/**
 * Something that happened to a member, or between two.
 *
 * @see {@link Disturbance}
 */
export interface Fault {
  readonly kind: FaultKind;
  /** When it began, in milliseconds of the cluster's clock. */
  readonly atMs: number;
  /** The addresses of those that it struck. */
  readonly members: readonly string[];
}

/**
 * How a cluster is disturbed.
 *
 * @see {@link TestCluster}
 */
export interface DisturbanceOptions {
  /** Decides what happens when and to whom: the same seed, the same faults. Default 1. */
  readonly seed?: number | undefined;
  /** Milliseconds from one fault to the next, on average. Default 1,000. */
  readonly everyMs?: number | undefined;
  /** Milliseconds after which a cut heals, and another member takes the place of one that has gone. Default 500. */
  readonly lastsMs?: number | undefined;
  /** What may happen. Default: all of it. */
  readonly faults?: readonly FaultKind[] | undefined;
}

/**
 * Faults that strike a cluster while its clock moves, one after the other or several at a time, until it is stopped. At least one member is
 * spared. Made by `TestCluster.disturb`.
 *
 * @example
 * import { type Disturbance, type Fault, startTestCluster } from "@ts-grain/testkit";
 *
 * await using cluster = await startTestCluster({ kinds: [], members: 3 });
 * const tell = ({ faults }: Disturbance) => faults.map(({ kind, atMs }: Fault) => `${kind} at ${Math.round(atMs)}`);
 * const disturbance = cluster.disturb({ seed: 7, everyMs: 100, faults: ["cut", "crash"] });
 * await cluster.clock.advance(3_000);
 * console.log(tell(disturbance).length > 1); // prints: true
 * await cluster.settle(disturbance.stop());
 * console.log(cluster.members.length); // prints: 3
 */
export class Disturbance {
  readonly #faults: Fault[] = [];
  readonly #cluster: InMemoryCluster;
  readonly #random: Random;
  readonly #lastsMs: number;
  readonly #ending = new AbortController();
  /** Members that something is happening to. */
  readonly #struck = new Set<Cluster>();
  readonly #running = new Set<Promise<void>>();

  /** @internal */
  constructor(cluster: InMemoryCluster, options: DisturbanceOptions) {
    const { seed = 1, everyMs = 1_000, lastsMs = 500, faults = faultKinds } = options;
    this.#cluster = cluster;
    this.#random = seededRandom(seed);
    this.#lastsMs = lastsMs;
    this.#track(this.#strikeEvery(everyMs, faults));
  }

  /** What has happened so far, oldest first. */
  get faults(): readonly Fault[] {
    return this.#faults;
  }

  /** Ends it: cuts heal, and others take the places of members that have gone. Resolves when they have. Idempotent. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#running);
  }

  async #strikeEvery(everyMs: number, faults: readonly FaultKind[]): Promise<void> {
    while (!this.#ending.signal.aborted) {
      await this.#pause(everyMs * (0.5 + this.#random.next()));
      const kind = this.#pick(faults);
      if (kind && !this.#ending.signal.aborted) this.#strike(kind);
    }
  }

  #strike(kind: FaultKind): void {
    const spared = this.#cluster.living.filter((member) => !this.#struck.has(member));
    if (spared.length < 2) return;
    const first = this.#pick(spared)!;
    const second = this.#pick(spared.filter((member) => member !== first))!;
    const members = kind === "cut" ? [first, second] : [first];
    const addresses = members.map(({ system }) => system.address);
    this.#faults.push({ kind, atMs: this.#cluster.clock.nowMs(), members: addresses });
    for (const member of members) this.#struck.add(member);
    const end = (): void => {
      for (const member of members) this.#struck.delete(member);
    };
    this.#track(this.#run(kind, first, second).finally(end));
  }

  async #run(kind: FaultKind, first: Cluster, second: Cluster): Promise<void> {
    const { network } = this.#cluster;
    const [one, other] = [first.system.address, second.system.address];
    if (kind === "crash") await first.kill();
    if (kind === "leave") await first.shutdown();
    if (kind === "evict") await this.#cluster.evict(first);
    if (kind === "cut") network.cut(one, other);
    await this.#pause(this.#lastsMs);
    if (kind === "crash" || kind === "leave") await this.#cluster.addMember();
    if (kind === "cut") network.heal(one, other);
  }

  #track(run: Promise<void>): void {
    this.#running.add(run);
    void run.finally(() => this.#running.delete(run));
  }

  #pause(ms: number): Promise<void> {
    return pause(ms, { clock: this.#cluster.clock, signal: this.#ending.signal });
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.#random.next() * from.length)];
  }
}
