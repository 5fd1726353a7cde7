import { defaultStrategy } from "../actor-cell/failure.ts";
import { Guardian } from "../actor-cell/guardian.ts";
import { Stop } from "../message/system-message.ts";
import type { SupervisionStrategy } from "../supervision/supervision-strategy.ts";

/** The guardians of a system: one for each strategy. */
export class Guardians {
  readonly #byStrategy = new Map<SupervisionStrategy, Guardian>();
  readonly #default: Guardian = new Guardian(defaultStrategy, () => this.#noticeEmpty());
  #onEmpty: (() => void) | undefined;
  #isClosed = false;

  /** Whether the system is shutting down. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The guardian of the actors that are spawned on the root with the given strategy. */
  of(strategy: SupervisionStrategy | undefined): Guardian {
    if (strategy === undefined) return this.#default;
    let guardian = this.#byStrategy.get(strategy);
    if (guardian === undefined) {
      guardian = new Guardian(strategy, () => this.#noticeEmpty());
      this.#byStrategy.set(strategy, guardian);
    }
    return guardian;
  }

  /** Stops all actors, and settles once they have ended. */
  close(): Promise<void> {
    this.#isClosed = true;
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
      for (const guardian of this.#all()) {
        for (const cell of guardian.children) cell.mailbox.sendSystem(cell.self, Stop.instance);
      }
      this.#noticeEmpty();
    });
  }

  *#all(): Generator<Guardian, void> {
    yield this.#default;
    yield* this.#byStrategy.values();
  }

  #noticeEmpty(): void {
    if (this.#onEmpty && ![...this.#all()].some(({ children }) => children.size > 0)) this.#onEmpty();
  }
}
