import { ClusterError } from "../cluster-error.ts";

/** Ends the waits for answers of members that have left. */
export class Departures {
  readonly #waiting = new Map<string, Set<(error: ClusterError) => void>>();

  /**
   * Settles as the answer of the member at an address does, or rejects as soon as that member leaves.
   *
   * @throws ClusterError "not_delivered" if it leaves.
   */
  async orLeft<T>(address: string, answer: Promise<T>): Promise<T> {
    const { promise: left, reject } = Promise.withResolvers<never>();
    const waiting = this.#waiting.get(address) ?? new Set();
    this.#waiting.set(address, waiting);
    waiting.add(reject);
    try {
      return await Promise.race([answer, left]);
    } finally {
      waiting.delete(reject);
    }
  }

  /** Tells all who wait for a member that it has left. */
  left(address: string): void {
    const waiting = this.#waiting.get(address) ?? [];
    this.#waiting.delete(address);
    for (const reject of waiting) reject(new ClusterError("not_delivered", `member ${address} left`));
  }
}
