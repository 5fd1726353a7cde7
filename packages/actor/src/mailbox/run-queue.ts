import type { EventLoop } from "../ports/event-loop.ts";

/** Something that has work to do in slices. */
export interface Runnable {
  /** Does up to `limit` units of work and returns how many it did, at least 1; puts itself back if work is left. */
  run(limit: number): number;
}

/** Longest time in milliseconds for which the thread is held before timers and input have their turn. */
const budgetMs = 5;
/** Most units between two looks at the clock, and so that one runnable may do before the next one has its turn. */
const longestStride = 128;
/** Fewest units between two looks at the clock. */
const shortestStride = 4;
/** Longest part of the budget, in milliseconds, that should pass between two looks at the clock. */
const strideMs = 1;
const fewestSlots = 64;
/** Of a line that was longer the memory is given back once it is empty. */
const keptSlots = 2 ** 14;
/** Wake-ups that may go ahead of the line one after the other. */
const mostHops = 64;

/**
 * All runnables of a system that have work, run one after the other.
 *
 * They run in a microtask, as waking them through the event loop would cost more than most messages. Lest timers
 * and sockets starve, the queue goes through the event loop whenever it has held the thread for `budgetMs`.
 */
export class RunQueue {
  readonly #eventLoop: EventLoop;
  #slots: (Runnable | undefined)[] = new Array(fewestSlots);
  #head = 0;
  #length = 0;
  /** Woken last and run next: what a message has just brought into the caches is still there. */
  #next: Runnable | undefined;
  #hops = 0;
  #armed = false;
  #stride = longestStride;
  #unitsLeft = longestStride;
  #lookedAtMs: number;
  #yieldedAtMs: number;

  constructor(eventLoop: EventLoop) {
    this.#eventLoop = eventLoop;
    this.#lookedAtMs = this.#yieldedAtMs = eventLoop.nowMs();
  }

  /** Has the runnable run soon. It must not be in the queue already. */
  add(runnable: Runnable): void {
    const ousted = this.#next;
    this.#next = runnable;
    if (ousted !== undefined) this.#push(ousted);
    if (!this.#armed) {
      this.#armed = true;
      this.#eventLoop.soon(this.#drain);
    }
  }

  /** Has the runnable run after all others that wait. It must not be in the queue already. */
  addLast(runnable: Runnable): void {
    this.#push(runnable);
    if (!this.#armed) {
      this.#armed = true;
      this.#eventLoop.soon(this.#drain);
    }
  }

  readonly #drain = (): void => {
    let isDone = false;
    try {
      isDone = this.#runSome();
    } finally {
      // Even with nothing left: whoever wakes us from the next microtask would starve the loop as well.
      if (isDone) this.#rest();
      else this.#eventLoop.later(this.#drain);
    }
  };

  #rest(): void {
    this.#armed = false;
    if (this.#slots.length > keptSlots) {
      this.#slots = new Array(fewestSlots);
      this.#head = 0;
    }
  }

  /** Runs until nothing is left, and returns whether it came so far within the budget. */
  #runSome(): boolean {
    for (;;) {
      const runnable = this.#take();
      if (runnable === undefined) return true;
      this.#unitsLeft -= runnable.run(this.#unitsLeft);
      if (this.#unitsLeft <= 0 && this.#isBudgetSpent()) return false;
    }
  }

  /** Sets the next stride so that about `strideMs` pass in it, and tells whether it is time to yield. */
  #isBudgetSpent(): boolean {
    const nowMs = this.#eventLoop.nowMs();
    const tookMs = nowMs - this.#lookedAtMs;
    this.#lookedAtMs = nowMs;
    if (tookMs > strideMs) this.#stride = Math.max(shortestStride, this.#stride >> 1);
    else if (this.#stride < longestStride) this.#stride *= 2;
    this.#unitsLeft = this.#stride;
    if (nowMs - this.#yieldedAtMs < budgetMs) return false;
    this.#yieldedAtMs = nowMs;
    return true;
  }

  #take(): Runnable | undefined {
    const next = this.#next;
    if (next !== undefined && (this.#hops++ < mostHops || this.#length === 0)) {
      this.#next = undefined;
      return next;
    }
    this.#hops = 0;
    if (this.#length === 0) return undefined;
    const first = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#length--;
    return first;
  }

  #push(runnable: Runnable): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = runnable;
    this.#length++;
  }

  #grow(): void {
    const slots = this.#slots;
    const grown: (Runnable | undefined)[] = new Array(slots.length * 2);
    for (let index = 0; index < slots.length; index++) {
      grown[index] = slots[(this.#head + index) & (slots.length - 1)];
    }
    this.#slots = grown;
    this.#head = 0;
  }
}
