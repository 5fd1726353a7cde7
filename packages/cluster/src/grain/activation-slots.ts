import type { Clock, Timer } from "@ts-grain/actor";
import type { Activation } from "../identity/activation.ts";

/** Milliseconds without an end after which what is under way counts no more. */
const standstillMs = 1_000;

/**
 * Bounds how many activations of a kind are under way at once, so that thousands of grains that come together do not ask their store for
 * their state together. The others begin in the order in which they came. Those that take no time need no slot.
 *
 * Activations that wait for each other, or for ever, cannot hold the others up: one that calls another grain gives its slot back before,
 * and when none ends for a second, all that are under way are counted no more.
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
  #isClosed = false;

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

  /** Resolves once an activation has got a slot; without one, if it is withdrawn or all ends. */
  next(grain: object): Promise<void> {
    return new Promise((begin) => {
      if (this.#isClosed) return begin();
      this.#waiting.set(grain, begin);
      this.#standstill ??= this.#watch();
    });
  }

  /** Waits until an activation has its slot. @returns false if it is to end instead */
  async beginLater(activation: Activation): Promise<boolean> {
    activation.begunAtMs = Number.POSITIVE_INFINITY;
    await this.next(activation);
    if (activation.askers || this.#isClosed) {
      this.giveBack(activation);
      return false;
    }
    return true;
  }

  /** An activation is over, or gives its slot back before. */
  giveBack(grain: object): void {
    if (!this.#underWay.delete(grain) || this.#waiting.size === 0) return;
    this.#rest();
    this.#admit(this.#limit - this.#underWay.size);
  }

  /** An activation waits no more. Nothing, if it did not. */
  withdraw(grain: object): void {
    const begin = this.#waiting.get(grain);
    if (!begin) return;
    this.#waiting.delete(grain);
    if (this.#waiting.size === 0) this.#rest();
    begin();
  }

  /** Lets all go that wait. */
  close(): void {
    this.#isClosed = true;
    this.#rest();
    for (const begin of this.#waiting.values()) begin();
    this.#waiting.clear();
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

  #rest(): void {
    this.#standstill?.cancel();
    this.#standstill = undefined;
  }

  #watch(): Timer {
    return this.#clock.schedule(standstillMs, () => {
      this.#underWay.clear();
      this.#admit(this.#limit);
    });
  }
}
