import { type ClusterIdentity, identityKey } from "../identity/cluster-identity.ts";
import { GrainSearch, type SearchParts, type Undelivered } from "./grain-search.ts";
import { WaitingCall, type WaitingCallParts } from "./waiting-call.ts";

/** The grains that this process is looking for. */
export class GrainSearches {
  readonly #parts: SearchParts;
  readonly #searches = new Map<string, GrainSearch>();

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
    const { signal } = parts;
    if (signal?.aborted) {
      parts.fail(signal.reason);
      return;
    }
    const key = identityKey(target);
    const running = this.#searches.get(key);
    const search = running ?? new GrainSearch(target, this.#parts, () => this.#searches.delete(key));
    search.add(new WaitingCall(parts, this.#parts.system.clock, (call) => search.remove(call)));
    if (running) return;
    this.#searches.set(key, search);
    void search.run(last);
  }
}
