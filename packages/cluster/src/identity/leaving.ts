import type { ActorContext, PID } from "@ts-grain/actor";
import type { HeldQuestions } from "./held-questions.ts";
import type { PlacedActivations } from "./placed-activations.ts";
import { Released } from "./placement-messages.ts";
import type { Question } from "./question.ts";

/** How far a member is with leaving: it ends what it has, then the others come to see that it leaves. */
export class Leaving {
  readonly #held: HeldQuestions;
  /** Who is to be told when nothing is left; undefined before it begins. */
  #askers: PID[] | undefined;
  #isUnseen = false;
  #self = "";

  constructor(held: HeldQuestions) {
    this.#held = held;
  }

  get hasBegun(): boolean {
    return this.#askers !== undefined;
  }

  /** Whether who asks is to wait: others who may not have seen yet that this member leaves, while not too many do. */
  holds(question: Question): boolean {
    return this.#isUnseen && question.asker.address !== this.#self && this.#held.hold(question);
  }

  begin({ sender, system }: ActorContext): void {
    this.#self = system.address;
    this.#askers ??= [];
    this.#isUnseen = true;
    if (sender) this.#askers.push(sender);
  }

  /** The others have seen it, or had time to. Returns those who have waited for that: they are to be answered in this turn. */
  seen(context: ActorContext): readonly Question[] {
    this.#isUnseen = false;
    if (context.sender) context.send(context.sender, new Released());
    return this.#held.take();
  }

  /** Tells those who asked, if nothing is left. */
  tellIfDone(context: ActorContext, { isEmpty }: PlacedActivations): void {
    if (!isEmpty) return;
    for (const asker of this.#askers?.splice(0) ?? []) context.send(asker, new Released());
  }
}
