import type { ActorSystem, Subscription } from "@ts-grain/actor";
import { EndpointTerminatedEvent, type Remote } from "@ts-grain/remote";
import { type Member, memberAddress } from "./member.ts";
import { compareTopology, createTopology, type Topology, TopologyChanged } from "./topology.ts";

/**
 * What `MemberList.until` may be given.
 *
 * @see {@link MemberList}
 */
export interface UntilOptions {
  /** Ends the wait; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * This process's view of who is in the cluster. A member that has left is blocked for ever under its id: what comes
 * back has a new one.
 *
 * @example
 * import type { MemberList, Topology, UntilOptions } from "@ts-grain/cluster";
 *
 * async function untilThree(members: MemberList): Promise<Topology> {
 *   const options: UntilOptions = { signal: AbortSignal.timeout(10_000) };
 *   return await members.until((topology) => topology.members.length >= 3, options);
 * }
 */
export class MemberList {
  readonly #system: ActorSystem;
  readonly #remote: Remote;
  #listed: readonly Member[] = [];
  #topology: Topology = createTopology([]);

  constructor(system: ActorSystem, remote: Remote) {
    this.#system = system;
    this.#remote = remote;
  }

  /** The newest snapshot. */
  get topology(): Topology {
    return this.#topology;
  }

  /** Members that the provider lists as alive and that were taken out here. */
  get lost(): readonly Member[] {
    return this.#listed.filter(({ id }) => this.#remote.blockList.has(id));
  }

  /** Takes a provider's complete list of live members; publishes `TopologyChanged` when it differs from the last. */
  update(listed: readonly Member[]): void {
    this.#listed = listed;
    const next = createTopology(listed.filter(({ id }) => !this.#remote.blockList.has(id)));
    if (next.hash === this.#topology.hash) return;
    const change = compareTopology(this.#topology, next);
    this.#topology = next;
    for (const member of change.left) this.#remote.blockList.add(member.id);
    this.#system.eventStream.publish(new TopologyChanged(next, change));
    for (const member of change.left) {
      this.#system.eventStream.publish(new EndpointTerminatedEvent(memberAddress(member)));
    }
  }

  /** Takes members out, whatever the provider lists. What comes back under one of these ids stays out. */
  block(ids: readonly string[]): void {
    const { blockList } = this.#remote;
    const fresh = ids.filter((id) => !blockList.has(id));
    if (fresh.length === 0) return;
    for (const id of fresh) blockList.add(id);
    this.update(this.#listed);
  }

  /**
   * Takes everybody out without a grudge, this member too: it knows nothing of the cluster for now. Who is listed next
   * is in again, also who was blocked.
   */
  forgetAll(): void {
    const left = this.#topology.members;
    this.#remote.blockList.clear();
    this.#listed = [];
    this.#topology = createTopology([]);
    if (left.length === 0) return;
    this.#system.eventStream.publish(new TopologyChanged(this.#topology, { joined: [], left }));
  }

  /** Calls the listener after each change, until the subscription ends. */
  subscribe(listener: (event: TopologyChanged) => void): Subscription {
    return this.#system.eventStream.subscribe((event) => {
      if (event instanceof TopologyChanged) listener(event);
    });
  }

  /** Resolves with the first snapshot, the present one included, that fulfils the condition. */
  async until(condition: (topology: Topology) => boolean, options: UntilOptions = {}): Promise<Topology> {
    const { signal } = options;
    signal?.throwIfAborted();
    if (condition(this.#topology)) return this.#topology;
    const { promise, resolve, reject } = Promise.withResolvers<Topology>();
    const abort = (): void => reject(signal?.reason);
    const subscription = this.subscribe(({ topology }) => {
      if (condition(topology)) resolve(topology);
    });
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await promise;
    } finally {
      subscription.unsubscribe();
      signal?.removeEventListener("abort", abort);
    }
  }
}
