import type { ActorContext, Timer } from "@ts-grain/actor";
import type { HandoverBarrier } from "./handover-barrier.ts";
import { GiveUpWaiting } from "./placement-messages.ts";

/** Milliseconds that members have to end what they no longer own, before it is activated anyway that they are not known to have. */
const handoverTimeoutMs = 5_000;

/** Milliseconds after which it is looked again at what is known to be elsewhere. */
const lookAgainMs = 1_000;

/** Gives up the members that do not tell in time that they have handed over. */
export class HandoverPatience {
  readonly #barrier: HandoverBarrier;
  #timer: Timer | undefined;

  constructor(barrier: HandoverBarrier) {
    this.#barrier = barrier;
  }

  /** Begins anew, if there are members that have not told. `GiveUpWaiting` comes to the actor when it ends. */
  renew(context: ActorContext): void {
    this.#wait(context, handoverTimeoutMs);
  }

  /** It has ended. What is known to be elsewhere is still waited for, so that it is looked at again. */
  lose(context: ActorContext): void {
    const members = [...this.#barrier.awaited];
    const { logger } = context.system;
    if (members.length > 0)
      logger.warn({ members }, "members did not tell in time that they handed their grains over");
    this.#barrier.giveUp();
    this.#wait(context, lookAgainMs);
  }

  #wait({ system, self }: ActorContext, forMs: number): void {
    this.stop();
    if (this.#barrier.isOpen) return;
    this.#timer = system.clock.schedule(forMs, () => system.root.send(self, new GiveUpWaiting()));
  }

  stop(): void {
    this.#timer?.cancel();
  }
}
