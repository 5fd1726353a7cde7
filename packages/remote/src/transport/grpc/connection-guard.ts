import type { Clock } from "@ts-grain/actor";

/** How many connections strangers may hold, and for how long. */
export interface GuardLimits {
  readonly maxConnections: number;
  readonly maxPending: number;
  readonly maxPendingPerSource: number;
  readonly pendingTimeoutMs: number;
  readonly clock: Clock;
}

/** A connection that the guard let in. */
export interface GuardedConnection {
  /** The peer said who it is: it counts no longer as a stranger. */
  admit(): void;
  /** The connection is gone. */
  release(): void;
}

interface Stranger {
  readonly source: string;
  readonly expel: () => void;
}

/**
 * Keeps the door: caps connections, and those of strangers closer, and shows out who does not say in time who it is. Where
 * strangers take all the room, one of them makes way for who comes: else a few sources could keep everybody out.
 */
export class ConnectionGuard {
  readonly #limits: GuardLimits;
  #open = 0;
  /** The oldest first. */
  readonly #strangers = new Set<Stranger>();

  constructor(limits: GuardLimits) {
    this.#limits = limits;
  }

  get open(): number {
    return this.#open;
  }

  /** Lets a connection in; undefined if there is no room. `expel` is called once if its peer lets its time pass, or has to make way. */
  enter(source: string, expel: () => void): GuardedConnection | undefined {
    const { maxConnections, maxPending, maxPendingPerSource, pendingTimeoutMs, clock } = this.#limits;
    if ((this.#bySource().get(source)?.length ?? 0) >= maxPendingPerSource) return undefined;
    const isFull = this.#open >= maxConnections || this.#strangers.size >= maxPending;
    if (isFull && !this.#makeRoom()) return undefined;
    let isGone = false;
    const leave = () => {
      timer.cancel();
      this.#strangers.delete(stranger);
    };
    const release = () => {
      leave();
      if (!isGone) this.#open--;
      isGone = true;
    };
    const stranger = {
      source,
      expel: () => {
        release();
        expel();
      },
    };
    const timer = clock.schedule(pendingTimeoutMs, stranger.expel);
    this.#open++;
    this.#strangers.add(stranger);
    return { admit: leave, release };
  }

  /** Expels the oldest stranger of the source that has most; false if there is none. */
  #makeRoom(): boolean {
    // The first of those with as many has the oldest stranger, as groups stand in the order in which they were met.
    let most: readonly Stranger[] = [];
    for (const group of this.#bySource().values()) if (group.length > most.length) most = group;
    most[0]?.expel();
    return most.length > 0;
  }

  #bySource(): Map<string, Stranger[]> {
    return Map.groupBy(this.#strangers, ({ source }) => source);
  }
}
