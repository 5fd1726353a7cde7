import type { Message } from "../message/message.ts";
import type { SupervisionStrategy } from "../supervision/supervision-strategy.ts";
import type { ActorCell } from "./actor-cell.ts";
import { ChildList } from "./child-list.ts";
import { applyDecision, decide } from "./failure.ts";
import type { Supervisor } from "./supervisor.ts";

/** Stands above the actors that were spawned on the root with one and the same strategy. */
export class Guardian implements Supervisor {
  readonly self: undefined = undefined;
  readonly childList: ChildList<ActorCell> = new ChildList();
  readonly #strategy: SupervisionStrategy;
  readonly #onEmpty: () => void;

  constructor(strategy: SupervisionStrategy, onEmpty: () => void) {
    this.#strategy = strategy;
    this.#onEmpty = onEmpty;
  }

  /** Decides at once. What is escalated stops the actor, as there is nobody above to ask. */
  childFailed(child: ActorCell, reason: unknown, message: Message | undefined): void {
    const failure = { child, reason, message };
    try {
      const decision = decide(this.#strategy, failure);
      if (decision.directive !== "escalate") {
        applyDecision(this.childList, failure, decision);
        return;
      }
    } catch (error) {
      child.runtime.logger.error({ err: error, actor: child.self }, "a guardian's strategy failed");
    }
    child.runtime.logger.error(
      { err: reason, actor: child.self },
      "a failure reached the top; the actor stops",
    );
    applyDecision(this.childList, failure, { directive: "stop" });
  }

  childEnded(child: ActorCell): void {
    this.childList.remove(child);
    if (this.childList.size === 0) this.#onEmpty();
  }
}
