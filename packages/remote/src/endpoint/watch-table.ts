import { PID } from "@ts-grain/actor";

/** An actor of one process, and one of another that it watches. */
export interface WatchPair {
  readonly watcher: PID;
  readonly watchee: PID;
}

/** A watch of one process by one of another. */
export interface RemoteWatch extends WatchPair {
  /** Tells it from an earlier watch of the same two; 0 if the watcher's side has said none. */
  readonly number: number;
}

/** Who watches whom between this process and one address, one way. An entry leaves when its watcher is told, so nobody is told twice. */
export class WatchTable {
  /** By the watchee's id, then by the watcher's. */
  readonly #watches = new Map<string, Map<string, RemoteWatch>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add({ watchee, watcher, number }: RemoteWatch): void {
    const watchers = this.#watches.get(watchee.id) ?? new Map<string, RemoteWatch>();
    if (!watchers.has(watcher.id)) this.#size++;
    // Watches are about processes: a request id says nothing here.
    watchers.set(watcher.id, { watcher, watchee: new PID(watchee.address, watchee.id), number });
    this.#watches.set(watchee.id, watchers);
  }

  has(watcheeId: string, watcherId: string): boolean {
    return this.#watches.get(watcheeId)?.has(watcherId) === true;
  }

  /** Takes an entry out; undefined if there is none, or only one of another number. Number 0 means whichever there is. */
  take(watcheeId: string, watcherId: string, number = 0): RemoteWatch | undefined {
    const watchers = this.#watches.get(watcheeId);
    const watch = watchers?.get(watcherId);
    if (watchers === undefined || watch === undefined) return undefined;
    if (number !== 0 && number !== watch.number) return undefined;
    watchers.delete(watcherId);
    this.#size--;
    if (watchers.size === 0) this.#watches.delete(watcheeId);
    return watch;
  }

  *[Symbol.iterator](): Iterator<RemoteWatch> {
    for (const watchers of this.#watches.values()) yield* watchers.values();
  }

  clear(): void {
    this.#watches.clear();
    this.#size = 0;
  }
}
