/** Random choices, the same for the same seed. */
export class Choices {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to `max`. */
  nat(max: number): number {
    return Math.floor(this.#next() * (max + 1));
  }

  isTrue(): boolean {
    return this.#next() < 0.5;
  }

  oneOf<T>(...values: readonly T[]): T {
    return values[this.nat(values.length - 1)]!;
  }

  /** Up to `max` different ones, at least `min`. */
  some<T>(values: readonly T[], { min = 0, max }: { readonly min?: number; readonly max: number }): T[] {
    const left = [...values];
    const count = min + this.nat(Math.min(max, values.length) - min);
    return Array.from({ length: count }, () => left.splice(this.nat(left.length - 1), 1)[0]!);
  }

  bytes(maxLength: number, max = 255): Uint8Array {
    return Uint8Array.from({ length: this.nat(maxLength) }, () => this.nat(max));
  }

  /** 32 bits, often few of them. */
  bits(): number {
    return Math.floor(this.#next() * 2 ** this.nat(32)) >>> 0;
  }

  // mulberry32
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
