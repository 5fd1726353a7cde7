import type { Clock, Timer } from "@ts-grain/actor";

/** Milliseconds without an end after which as many again may begin. */
const standstillMs = 1_000;

/**
 * Bounds how many activations of a kind are under way at once, so that thousands of grains that come together do not ask their store for
 * their state together. The others begin in the order in which they came. Those that take no time need no slot.
 *
 * Activations that wait for each other cannot hold each other up for ever: one that calls another grain gives its slot back before, and
 * when none ends for a second, as many again may begin.
 */
export class ActivationSlots {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #underWay = new Set<object>();
  /** How each of those that wait begins. */
  readonly #waiting = new Map<object, () => void>();
  /** Who has called another grain last. */
  #called: object | undefined;
  #standstill: Timer | undefined;

  /** @param limit how many may be under way at once, at least 1 */
  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** Whether one more has to wait. */
  get isFull(): boolean {
    return this.#underWay.size >= this.#limit || this.#waiting.size > 0;
  }

  /** An activation takes its time, and has not waited: `isFull` said so. It gets no slot if it has called another grain already. */
  take(grain: object): void {
    if (grain === this.#called) this.#called = undefined;
    else this.#underWay.add(grain);
  }

  /** Resolves once an activation has got a slot. */
  next(grain: object): Promise<void> {
    return new Promise((begin) => {
      this.#waiting.set(grain, begin);
      this.#standstill ??= this.#watch();
    });
  }

  /** An activation is over, or gives its slot back before. */
  giveBack(grain: object): void {
    if (!this.#underWay.delete(grain) || this.#waiting.size === 0) return;
    this.#standstill?.cancel();
    this.#admit(this.#limit - this.#underWay.size);
  }

  /** A grain calls another, and may do so in its activation. */
  callsAnother(grain: object): void {
    this.#called = grain;
    this.giveBack(grain);
  }

  #admit(count: number): void {
    let left = count;
    for (const [grain, begin] of this.#waiting) {
      if (left-- <= 0) break;
      this.#waiting.delete(grain);
      this.#underWay.add(grain);
      begin();
    }
    this.#standstill = this.#waiting.size > 0 ? this.#watch() : undefined;
  }

  #watch(): Timer {
    return this.#clock.schedule(standstillMs, () => this.#admit(this.#limit));
  }
}
