import type { ActorContext, Timer } from "@ts-grain/actor";
import type { HandoverBarrier } from "./handover-barrier.ts";
import { GiveUpWaiting } from "./placement-messages.ts";

/**
 * Milliseconds that those who were there before this member have to tell what they have, before that is taken for nothing but what they
 * owned as far as this member knows. One that has died, and is still listed, tells nothing.
 */
const hearingTimeoutMs = 1_000;

/**
 * Milliseconds that members have to end what they no longer own, before it is activated anyway that they are not known to have: from the last
 * change of the topology, and in all from the first of those whose changes they have not come to the end of.
 */
const handoverTimeoutMs = 5_000;
const longestHandoverMs = 15_000;

/** Milliseconds after which it is looked again at what is known to be elsewhere. */
const lookAgainMs = 1_000;

/** Gives up the members that do not tell in time that they have handed over. */
export class HandoverPatience {
  readonly #barrier: HandoverBarrier;
  #timer: Timer | undefined;
  #hearing: Timer | undefined;
  #changedAtMs = 0;
  /** Since when each member is waited for, by address. */
  #since = new Map<string, number>();

  constructor(barrier: HandoverBarrier) {
    this.#barrier = barrier;
  }

  /** Begins anew, if there are members that have not told. `GiveUpWaiting` comes to the actor when it ends. */
  renew(context: ActorContext): void {
    const nowMs = context.system.clock.nowMs();
    const { awaited, stillAwaited } = this.#barrier;
    const sinceMs = (address: string) => (stillAwaited.has(address) ? this.#since.get(address) : undefined);
    this.#since = new Map([...awaited].map((address) => [address, sinceMs(address) ?? nowMs]));
    this.#changedAtMs = nowMs;
    this.#wait(context, handoverTimeoutMs);
    this.#hear(context);
  }

  /** It has ended. What is known to be elsewhere is still waited for, so that it is looked at again. */
  lose(context: ActorContext, whom: GiveUpWaiting["whom"]): void {
    if (whom === "the silent") this.#loseSilent(context);
    else this.#loseUnfinished(context);
  }

  #loseUnfinished(context: ActorContext): void {
    const { logger, clock } = context.system;
    const members = [...this.#barrier.awaited].filter((address) => this.#endMs(address) <= clock.nowMs());
    if (members.length > 0)
      logger.warn({ members }, "members did not tell in time that they handed their grains over");
    this.#barrier.giveUp(members);
    this.#wait(context, lookAgainMs);
  }

  /** Waits so long, or until somebody's time is over. */
  #wait({ system, self }: ActorContext, forMs: number): void {
    this.#timer?.cancel();
    if (this.#barrier.isOpen) return;
    const { clock, root } = system;
    const ends = [...this.#barrier.awaited].map((address) => this.#endMs(address));
    const endMs = Math.min(clock.nowMs() + forMs, ...ends);
    this.#timer = clock.schedule(Math.max(0, endMs - clock.nowMs()), () =>
      root.send(self, new GiveUpWaiting()),
    );
  }

  /** When a member's time to hand over ends. */
  #endMs(address: string): number {
    const sinceMs = this.#since.get(address) ?? this.#changedAtMs;
    return Math.min(this.#changedAtMs + handoverTimeoutMs, sinceMs + longestHandoverMs);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#hearing?.cancel();
    this.#hearing = undefined;
  }

  /** Goes on through changes of the topology, however often they come. */
  #hear(context: ActorContext): void {
    if (this.#hearing || this.#barrier.hasHeard) return;
    const { system, self } = context;
    const later = new GiveUpWaiting("the silent");
    this.#hearing = system.clock.schedule(hearingTimeoutMs, () => system.root.send(self, later));
  }

  #loseSilent(context: ActorContext): void {
    this.#hearing = undefined;
    this.#barrier.giveUpSilent();
    this.#hear(context);
  }
}
