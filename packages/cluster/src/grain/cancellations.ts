import type { PID } from "@ts-grain/actor";

/** Cancellations of calls that have not come yet, or not had their turn: so many, the oldest are forgotten. */
const maxEarly = 10_000;

/** The calls from other processes whose callers may stop waiting for them before their time is over. */
export class Cancellations {
  readonly #begun = new Map<string, AbortController>();
  readonly #early = new Set<string>();

  /** Calls that have begun and not ended. */
  get size(): number {
    return this.#begun.size;
  }

  /** Whether a call was cancelled whose turn has not come. */
  isCancelled(caller: PID | undefined, cancelId: number): boolean {
    return this.#early.size > 0 && this.#early.has(keyOf(caller?.address, cancelId));
  }

  /** A call's turn has come. The signal has aborted already if the call was cancelled before. */
  begin(caller: PID | undefined, cancelId: number): AbortSignal {
    const key = keyOf(caller?.address, cancelId);
    if (this.#early.delete(key)) return AbortSignal.abort(noLongerWaiting());
    const controller = new AbortController();
    this.#begun.set(key, controller);
    return controller.signal;
  }

  /** A call has been answered. */
  end(caller: PID | undefined, cancelId: number): void {
    this.#begun.delete(keyOf(caller?.address, cancelId));
  }

  /** Who cancels is known by the address that it is connected from: nobody can cancel the calls of others. */
  cancel(address: string, cancelId: number): void {
    const key = keyOf(address, cancelId);
    const controller = this.#begun.get(key);
    if (controller) {
      controller.abort(noLongerWaiting());
      return;
    }
    this.#early.add(key);
    if (this.#early.size > maxEarly) this.#early.delete(this.#early.values().next().value!);
  }
}

function keyOf(address: string | undefined, cancelId: number): string {
  return `${cancelId} ${address}`;
}

function noLongerWaiting(): DOMException {
  return new DOMException("The caller no longer waits", "AbortError");
}
