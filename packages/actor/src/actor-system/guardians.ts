import { defaultStrategy } from "../actor-cell/failure.ts";
import { Guardian } from "../actor-cell/guardian.ts";
import { Stop } from "../message/system-message.ts";
import type { PID } from "../pid/pid.ts";
import type { SupervisionStrategy } from "../supervision/supervision-strategy.ts";

/** The guardians of a system: one for each strategy that has actors. */
export class Guardians {
  readonly #byStrategy = new Map<SupervisionStrategy, Guardian>();
  /** That of the actors without a strategy of their own. */
  readonly default: Guardian = new Guardian(defaultStrategy, () => this.#noticeEmpty());
  #onEmpty: (() => void) | undefined;
  #isClosed = false;

  /** Number of guardians that have actors of a strategy of their own. */
  get size(): number {
    return this.#byStrategy.size;
  }

  /** Whether the system is shutting down. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Spawns under the guardian of the actors that have the given strategy. */
  spawnUnder(strategy: SupervisionStrategy, spawn: (guardian: Guardian) => PID): PID {
    let guardian = this.#byStrategy.get(strategy);
    if (guardian === undefined) {
      guardian = new Guardian(strategy, () => this.#noticeEmptyOf(strategy));
      this.#byStrategy.set(strategy, guardian);
    }
    try {
      return spawn(guardian);
    } finally {
      if (guardian.childList.size === 0) this.#byStrategy.delete(strategy);
    }
  }

  /** Stops all actors, and settles once they have ended. */
  close(): Promise<void> {
    this.#isClosed = true;
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
      for (const guardian of this.#all()) {
        for (const cell of guardian.childList) cell.sendSystem(cell.self, Stop.instance);
      }
      this.#noticeEmpty();
    });
  }

  *#all(): Generator<Guardian, void> {
    yield this.default;
    yield* this.#byStrategy.values();
  }

  #noticeEmptyOf(strategy: SupervisionStrategy): void {
    this.#byStrategy.delete(strategy);
    this.#noticeEmpty();
  }

  #noticeEmpty(): void {
    if (this.#onEmpty && ![...this.#all()].some(({ childList }) => childList.size > 0)) this.#onEmpty();
  }
}
