/** The requests that one signal would cancel. */
interface AbortGroup {
  readonly signal: AbortSignal;
  readonly ids: Set<number>;
  readonly listener: () => void;
}

/**
 * Knows which requests end when which signal aborts.
 *
 * It listens once to each signal, as a listener each would make taking one off slower the more there are.
 */
export class Aborts {
  readonly #groups = new Map<AbortSignal, AbortGroup>();
  readonly #groupOf = new Map<number, AbortGroup>();
  readonly #onAbort: (id: number, reason: unknown) => void;

  constructor(onAbort: (id: number, reason: unknown) => void) {
    this.#onAbort = onAbort;
  }

  add(id: number, signal: AbortSignal): void {
    let group = this.#groups.get(signal);
    if (group === undefined) {
      group = { signal, ids: new Set(), listener: () => this.#abort(signal) };
      signal.addEventListener("abort", group.listener);
      this.#groups.set(signal, group);
    }
    group.ids.add(id);
    this.#groupOf.set(id, group);
  }

  /** Forgets a request that has settled. */
  remove(id: number): void {
    // Most requests have no signal.
    if (this.#groupOf.size === 0) return;
    const group = this.#groupOf.get(id);
    if (group === undefined) return;
    this.#groupOf.delete(id);
    group.ids.delete(id);
    if (group.ids.size > 0) return;
    group.signal.removeEventListener("abort", group.listener);
    this.#groups.delete(group.signal);
  }

  #abort(signal: AbortSignal): void {
    for (const id of this.#groups.get(signal)?.ids ?? []) this.#onAbort(id, signal.reason);
  }
}
