/** Numbers that have a place of their own; a power of two. */
const places = 1024;
/** Numbers that are kept at most; a request older than that many others is not answered. */
const maxNumbers = 65_536;

/**
 * The numbers of the requests to one peer that may still be answered. Numbers grow, so those that wait seldom share their low
 * bits, which say where a number has its place; what a newer one ousts waits in a set.
 */
export class RequestNumbers {
  readonly #places = new Int32Array(places);
  /** Oldest first. */
  readonly #ousted = new Set<number>();

  /** Adds a number that is not 0. */
  add(number: number): void {
    const place = number & (places - 1);
    const earlier = this.#places[place]!;
    this.#places[place] = number;
    if (earlier !== 0 && earlier !== number) this.#oust(earlier);
  }

  /** Takes a number out; false if it is not in here. */
  take(number: number): boolean {
    const place = number & (places - 1);
    if (number === 0 || this.#places[place] !== number)
      return this.#ousted.size > 0 && this.#ousted.delete(number);
    this.#places[place] = 0;
    return true;
  }

  #oust(number: number): void {
    if (this.#ousted.size === maxNumbers - places) this.#forgetOldest();
    this.#ousted.add(number);
  }

  #forgetOldest(): void {
    for (const oldest of this.#ousted) {
      this.#ousted.delete(oldest);
      return;
    }
  }
}
