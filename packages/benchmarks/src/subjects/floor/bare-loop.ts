import type { BareActor } from "./bare-actor.ts";

const initialSlots = 1024;

/**
 * All actors that have something to read, run in turn in one microtask until nothing is left.
 *
 * Bare: it never yields to timers and sockets, and knows no failures.
 */
export class BareLoop {
  #slots: (BareActor | undefined)[] = new Array(initialSlots);
  #head = 0;
  #length = 0;
  #armed = false;

  add(actor: BareActor): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = actor;
    this.#length++;
    if (!this.#armed) {
      this.#armed = true;
      queueMicrotask(this.#drain);
    }
  }

  readonly #drain = (): void => {
    while (this.#length > 0) {
      const actor = this.#slots[this.#head]!;
      this.#slots[this.#head] = undefined;
      this.#head = (this.#head + 1) & (this.#slots.length - 1);
      this.#length--;
      actor.run();
    }
    this.#armed = false;
  };

  #grow(): void {
    const slots = this.#slots;
    const grown: (BareActor | undefined)[] = new Array(slots.length * 2);
    for (let index = 0; index < slots.length; index++) {
      grown[index] = slots[(this.#head + index) & (slots.length - 1)];
    }
    this.#slots = grown;
    this.#head = 0;
  }
}
