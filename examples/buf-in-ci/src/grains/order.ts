import { GrainError } from "@ts-grain/cluster";
import { OrderKind } from "../gen/orders/v1/orders_grain.ts";
import type { AddItemRequest } from "../gen/orders/v1/orders_pb.ts";

/** An order, as long as its activation lives. */
export class Order extends OrderKind {
  readonly #quantities: Record<string, number> = {};

  override addItem({ article, quantity }: AddItemRequest) {
    if (quantity <= 0) throw new GrainError("INVALID_ARGUMENT", "a quantity is more than 0");
    this.#quantities[article] = (this.#quantities[article] ?? 0) + quantity;
    return {};
  }

  override listItems() {
    return { quantities: this.#quantities };
  }
}
