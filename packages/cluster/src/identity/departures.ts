import { ClusterError } from "../cluster-error.ts";

/** Ends the waits for answers of members that have left. */
export class Departures {
  readonly #waits = new Map<string, AbortController>();

  /** Aborts with ClusterError "not_delivered" when the member at an address leaves: one signal for all who wait for it. */
  signalOf(address: string): AbortSignal {
    let wait = this.#waits.get(address);
    if (!wait) {
      wait = new AbortController();
      this.#waits.set(address, wait);
    }
    return wait.signal;
  }

  /** Tells all who wait for a member that it has left. */
  left(address: string): void {
    this.#waits.get(address)?.abort(new ClusterError("not_delivered", `member ${address} left`));
    this.#waits.delete(address);
  }
}
