import type { Clock } from "@ts-grain/actor";

/** Milliseconds that leaving takes at most, beside those that the activations have. */
const leaveTimeoutMs = 4_000;
/** Milliseconds that the others have to notice that this member has left, before it no longer answers them. */
const drainTimeoutMs = 2_000;
/** Milliseconds that actors have to stop once the activations had their time, and those that are left to them in any case. */
const stopTimeoutMs = 2_000;
const leastStopTimeoutMs = 200;
/** Milliseconds that are left in any case to say goodbye and deregister. */
const leastFarewellTimeoutMs = 200;
/** Milliseconds that peers have to take what was sent to them, and those that are left to them in any case. */
const disconnectTimeoutMs = 2_500;
const leastDisconnectTimeoutMs = 400;

interface Timeout {
  readonly timeoutMs: number;
}

/** What the steps of leaving share: a provider that does not answer, or a peer that takes nothing, takes from the time of those after it. */
export class LeaveTime {
  readonly #clock: Clock;
  readonly #endMs: number;
  /** For the activations, to finish what they have. */
  readonly release: Timeout;

  constructor(clock: Clock, shutdownTimeoutMs: number) {
    this.#clock = clock;
    this.#endMs = clock.nowMs() + shutdownTimeoutMs + leaveTimeoutMs;
    this.release = { timeoutMs: shutdownTimeoutMs };
  }

  /** For saying goodbye and deregistering. */
  get farewell(): Timeout {
    const timeoutMs = Math.min(leaveTimeoutMs, this.#leftMs) - leastStopTimeoutMs;
    return { timeoutMs: Math.max(leastFarewellTimeoutMs, timeoutMs) };
  }

  /** For answering the others. */
  get drain(): Timeout {
    return { timeoutMs: Math.max(0, Math.min(drainTimeoutMs, this.#leftMs)) };
  }

  /** For ending the connections. */
  get disconnect(): Timeout {
    return { timeoutMs: Math.max(leastDisconnectTimeoutMs, Math.min(disconnectTimeoutMs, this.#leftMs)) };
  }

  /** For the actors. */
  get stop(): Timeout {
    return { timeoutMs: Math.max(leastStopTimeoutMs, Math.min(stopTimeoutMs, this.#leftMs)) };
  }

  get #leftMs(): number {
    return this.#endMs - this.#clock.nowMs();
  }
}
