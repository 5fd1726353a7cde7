import type { BareLoop } from "./bare-loop.ts";

/** Handles messages; a thenable shuts the mailbox until it settles. `sender` is whatever was sent along. */
export interface Behaviour {
  receive(message: unknown, sender: unknown): unknown;
}

/** Makes an actor of its loop. */
export type Spawn = (behaviour: Behaviour) => BareActor;

const initialSlots = 8;
/** Messages that an actor may handle before the next one has its turn. */
const throughput = 300;

/**
 * A ring buffer and a function: the least that can be called an actor. Whoever holds it can send to it, so there is
 * no lookup; a registry would get an entry only once its address leaves the process, which it never does here.
 *
 * Messages and senders lie side by side in one array, so that sending allocates nothing.
 */
export class BareActor {
  readonly #loop: BareLoop;
  readonly #behaviour: Behaviour;
  #slots: unknown[] = new Array(initialSlots);
  #head = 0;
  #length = 0;
  /** In the loop, or waiting for a thenable. */
  #busy = false;

  constructor(loop: BareLoop, behaviour: Behaviour) {
    this.#loop = loop;
    this.#behaviour = behaviour;
  }

  send(message: unknown, sender?: unknown): void {
    if (this.#length === this.#slots.length) this.#grow();
    const at = (this.#head + this.#length) & (this.#slots.length - 1);
    this.#slots[at] = message;
    this.#slots[at + 1] = sender;
    this.#length += 2;
    if (!this.#busy) {
      this.#busy = true;
      this.#loop.add(this);
    }
  }

  /** Only for the loop. */
  run(): void {
    for (let handled = 0; handled < throughput && this.#length > 0; handled++) {
      const slots = this.#slots;
      const head = this.#head;
      const message = slots[head];
      const sender = slots[head + 1];
      slots[head] = undefined;
      slots[head + 1] = undefined;
      this.#head = (head + 2) & (slots.length - 1);
      this.#length -= 2;
      const outcome = this.#behaviour.receive(message, sender);
      if (outcome !== undefined) {
        (outcome as PromiseLike<unknown>).then(() => this.#rest());
        return;
      }
    }
    this.#rest();
  }

  #rest(): void {
    if (this.#length > 0) this.#loop.add(this);
    else this.#busy = false;
  }

  #grow(): void {
    const slots = this.#slots;
    const grown: unknown[] = new Array(slots.length * 2);
    for (let index = 0; index < slots.length; index++) {
      grown[index] = slots[(this.#head + index) & (slots.length - 1)];
    }
    this.#slots = grown;
    this.#head = 0;
  }
}
