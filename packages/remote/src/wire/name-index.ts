/**
 * Numbers of names. Most batches name one type, one target and one sender: the name that was added or asked for last is found
 * without a look into a map, and the first one is in none.
 */
export class NameIndex {
  /** All names but the first. */
  readonly #others = new Map<string, number>();
  #first: string | undefined;
  #firstNumber = 0;
  #last: string | undefined;
  #lastNumber = 0;

  /** How many names there are. */
  get size(): number {
    return this.#first === undefined ? 0 : this.#others.size + 1;
  }

  /** The number of a name; undefined if it was not added. */
  get(name: string): number | undefined {
    if (name === this.#last) return this.#lastNumber;
    const number = name === this.#first ? this.#firstNumber : this.#others.get(name);
    if (number !== undefined) this.#remember(name, number);
    return number;
  }

  /** Adds a name that is not in here. */
  add(name: string, number: number): void {
    if (this.#first === undefined) {
      this.#first = name;
      this.#firstNumber = number;
    } else {
      this.#others.set(name, number);
    }
    this.#remember(name, number);
  }

  clear(): void {
    if (this.#others.size > 0) this.#others.clear();
    this.#first = undefined;
    this.#last = undefined;
  }

  #remember(name: string, number: number): void {
    this.#last = name;
    this.#lastNumber = number;
  }
}
