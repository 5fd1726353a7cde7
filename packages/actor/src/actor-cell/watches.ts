import { Terminated, Unwatch, Watch } from "../message/system-message.ts";
import type { PID } from "../pid/pid.ts";
import { PIDSet } from "../process/pid-set.ts";
import type { ProcessRegistry } from "../process/process-registry.ts";

/** Whom an actor watches, and who watches it. */
export class Watches {
  readonly #processes: ProcessRegistry;
  readonly #watched: PIDSet;
  readonly #watchers: PIDSet;

  constructor(processes: ProcessRegistry) {
    this.#processes = processes;
    this.#watched = new PIDSet(processes);
    this.#watchers = new PIDSet(processes);
  }

  /** Begins to watch, unless it has begun already. */
  watch(self: PID, target: PID): void {
    if (this.#watched.add(target)) this.#processes.get(target).sendSystem(target, new Watch(self));
  }

  unwatch(self: PID, target: PID): void {
    if (this.#watched.delete(target)) this.#processes.get(target).sendSystem(target, new Unwatch(self));
  }

  /** Ends the watch of one that has ended, and returns whether there was one: each watch is answered once. */
  settle(ended: PID): boolean {
    // One whose id nobody ever asked for is not watched, and must not be given one now.
    return ended.hasId && this.#watched.delete(ended);
  }

  addWatcher(watcher: PID): void {
    this.#watchers.add(watcher);
  }

  removeWatcher(watcher: PID): void {
    this.#watchers.delete(watcher);
  }

  /** Tells all watchers of the actor's end, and those it watches that it watches no more. */
  close(self: PID): void {
    for (const watcher of this.#watchers) {
      this.#processes.get(watcher).sendSystem(watcher, new Terminated(self));
    }
    for (const target of this.#watched) {
      this.#processes.get(target).sendSystem(target, new Unwatch(self));
    }
    this.#watchers.clear();
    this.#watched.clear();
  }
}
