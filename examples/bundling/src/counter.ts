import type { Kind } from "@ts-grain/cluster";
import { CounterKind, newCounterKind } from "./gen/counter/v1/counter_grain.ts";

class Counter extends CounterKind {
  #count = 0;

  override increment() {
    this.#count += 1;
    return { count: this.#count, member: this.context.self.address };
  }
}

export const counterKind: Kind = newCounterKind(() => new Counter());
