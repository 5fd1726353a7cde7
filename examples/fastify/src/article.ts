import type { Kind } from "@ts-grain/cluster";
import { ArticleKind, errOutOfStock, newArticleKind } from "./gen/stock/v1/stock_grain.ts";
import type { PutRequest, TakeRequest } from "./gen/stock/v1/stock_pb.ts";

/** How articles are packed. */
export interface Packing {
  /** Milliseconds that it takes. */
  readonly packMs: number;
}

/** An article, as long as its activation lives. In a shop it would keep its number in a store. */
class Article extends ArticleKind {
  readonly #packMs: number;
  #left = 0;

  constructor({ packMs }: Packing) {
    super();
    this.#packMs = packMs;
  }

  override put({ quantity }: PutRequest) {
    this.#left += quantity;
    return { left: this.#left };
  }

  override async take({ quantity }: TakeRequest) {
    if (quantity > this.#left) {
      const metadata = { left: String(this.#left) };
      throw errOutOfStock(`there are ${this.#left} of ${this.context.identity}`, { metadata });
    }
    this.#left -= quantity;
    const { clock } = this.context.cluster.system;
    await new Promise<void>((resolve) => void clock.schedule(this.#packMs, resolve));
    return { left: this.#left };
  }

  override count() {
    return { left: this.#left };
  }
}

/** The kind of articles that are packed so. */
export function articleKind(packing: Packing): Kind {
  return newArticleKind(() => new Article(packing));
}
