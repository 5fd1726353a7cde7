import type { ActorContext, Timer } from "@ts-grain/actor";
import type { HeldQuestions } from "./held-questions.ts";
import { RefuseOverdue } from "./placement-messages.ts";
import type { Question } from "./question.ts";

/**
 * Milliseconds that who asks the wrong member waits for its refusal. One in Go asks three times, so that its view may be that of the
 * others two to three times as long later or sooner; and all three together are far from the 5 s that it waits for an answer.
 */
const holdMs = 100;

/** Milliseconds after which it is looked whose time is over. */
const sweepMs = 25;

/**
 * Questions for what another member owns, by the view of this one. The asker has seen a change of the cluster sooner or later. One of ts-grain
 * is refused, and pauses. One in Go would ask here again within a millisecond, and then fail its call: it is refused later, when
 * its view or this member's has changed.
 */
export class Misdirected {
  readonly #held: HeldQuestions;
  #sweep: Timer | undefined;

  constructor(held: HeldQuestions) {
    this.#held = held;
  }

  /** Whether who asks is to wait. A `RefuseOverdue` comes to the actor when its time may be over. */
  holds(context: ActorContext, question: Question): boolean {
    if (question.topologyHash !== 0n || question.askedAtMs <= overdueAt(context)) return false;
    const isHeld = this.#held.hold(question);
    this.#sweepLater(context);
    return isHeld;
  }

  /** Takes those away whose time is over. */
  takeOverdue(context: ActorContext): readonly Question[] {
    this.#sweep = undefined;
    const overdue = this.#held.take(overdueAt(context));
    this.#sweepLater(context);
    return overdue;
  }

  /** Takes all away, as what this member owns has changed. */
  takeAll(): readonly Question[] {
    return this.#held.take();
  }

  /** Ends with its actor. */
  stop(): void {
    this.#sweep?.cancel();
  }

  #sweepLater({ system, self }: ActorContext): void {
    if (this.#sweep || this.#held.isEmpty) return;
    this.#sweep = system.clock.schedule(sweepMs, () => system.root.send(self, new RefuseOverdue()));
  }
}

/** Who has asked until then has waited long enough. */
function overdueAt({ system }: ActorContext): number {
  return system.clock.nowMs() - holdMs;
}
