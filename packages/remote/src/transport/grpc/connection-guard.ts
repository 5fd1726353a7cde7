import type { Clock, Timer } from "@ts-grain/actor";

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

/** Keeps the door: caps connections, and those of strangers closer, and shows out who does not say in time who it is. */
export class ConnectionGuard {
  readonly #limits: GuardLimits;
  #open = 0;
  #pending = 0;
  readonly #pendingBySource = new Map<string, number>();

  constructor(limits: GuardLimits) {
    this.#limits = limits;
  }

  get open(): number {
    return this.#open;
  }

  /** Lets a connection in; undefined if there is no room. `expel` is called once if its peer lets its time pass. */
  enter(source: string, expel: () => void): GuardedConnection | undefined {
    const fromSource = this.#pendingBySource.get(source) ?? 0;
    const { maxConnections, maxPending, maxPendingPerSource, pendingTimeoutMs, clock } = this.#limits;
    const isFull =
      this.#open >= maxConnections || this.#pending >= maxPending || fromSource >= maxPendingPerSource;
    if (isFull) return undefined;
    this.#open++;
    this.#pending++;
    this.#pendingBySource.set(source, fromSource + 1);
    let timer: Timer | undefined = clock.schedule(pendingTimeoutMs, expel);
    const admit = () => {
      if (timer === undefined) return;
      timer.cancel();
      timer = undefined;
      this.#leavePending(source);
    };
    const release = () => {
      admit();
      this.#open--;
    };
    return { admit, release };
  }

  #leavePending(source: string): void {
    this.#pending--;
    const left = this.#pendingBySource.get(source)! - 1;
    if (left === 0) this.#pendingBySource.delete(source);
    else this.#pendingBySource.set(source, left);
  }
}
