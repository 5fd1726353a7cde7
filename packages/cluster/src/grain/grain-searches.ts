import type { Timer } from "@ts-grain/actor";
import { type ClusterIdentity, identityKey } from "../identity/cluster-identity.ts";
import { GrainSearch, type SearchParts, type Undelivered } from "./grain-search.ts";
import { WaitingCall, type WaitingCallParts } from "./waiting-call.ts";

/** The grains that this process is looking for. */
export class GrainSearches {
  readonly #parts: SearchParts;
  readonly #searches = new Map<string, GrainSearch>();
  /** Fires when the time of the first call is over: one for all calls, as few wait for so long. */
  #timer: Timer | undefined;
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(parts: SearchParts) {
    this.#parts = parts;
  }

  /** Whether calls wait for a grain: what is made later must wait behind them. */
  has(target: ClusterIdentity): boolean {
    return this.#searches.size > 0 && this.#searches.has(identityKey(target));
  }

  /**
   * Lets a call wait until the grain is found.
   *
   * @param last what came of sending the call before
   */
  join(target: ClusterIdentity, parts: WaitingCallParts, last: Undelivered | undefined): void {
    const { signal, deadline } = parts;
    if (signal?.aborted) {
      parts.fail(signal.reason);
      return;
    }
    const key = identityKey(target);
    const running = this.#searches.get(key);
    const search = running ?? new GrainSearch(target, this.#parts, () => this.#ended(key));
    search.add(new WaitingCall(parts, (call) => search.remove(call)));
    if (deadline.atMs < this.#dueMs) this.#expireAt(deadline.atMs);
    if (running) return;
    this.#searches.set(key, search);
    void search.run(last);
  }

  #ended(key: string): void {
    this.#searches.delete(key);
    if (this.#searches.size === 0) this.#expireAt(Number.POSITIVE_INFINITY);
  }

  #expireAt(atMs: number): void {
    const { clock } = this.#parts.system;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#dueMs = atMs;
    if (atMs < Number.POSITIVE_INFINITY)
      this.#timer = clock.schedule(Math.max(0, atMs - clock.nowMs()), () => this.#expire());
  }

  #expire(): void {
    const nowMs = this.#parts.system.clock.nowMs();
    const next = [...this.#searches.values()].map((search) => search.expire(nowMs));
    this.#expireAt(Math.min(...next));
  }
}
