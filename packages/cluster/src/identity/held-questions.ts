import type { Question } from "./question.ts";

const maxHeld = 100_000;

/** Questions of other processes that are answered later. */
export class HeldQuestions {
  readonly #limit: number;
  #held: Question[] = [];

  /** @param limit how many may wait. Default 100,000. */
  constructor(limit: number = maxHeld) {
    this.#limit = limit;
  }

  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  /** @returns false if too many wait */
  hold(question: Question): boolean {
    if (this.#held.length >= this.#limit) return false;
    this.#held.push(question);
    return true;
  }

  /** Takes those away that came until then. Default: all. */
  take(untilMs: number = Number.POSITIVE_INFINITY): readonly Question[] {
    const taken = this.#held.filter(({ askedAtMs }) => askedAtMs <= untilMs);
    this.#held = this.#held.filter(({ askedAtMs }) => askedAtMs > untilMs);
    return taken;
  }
}
