/**
 * Where the runtime gets its chance from.
 *
 * @example
 * import { ActorSystem, type Random } from "@ts-grain/actor";
 *
 * const alwaysTheFirst: Random = { next: () => 0 };
 * const system = new ActorSystem({ random: alwaysTheFirst });
 */
export interface Random {
  /** A number from 0 up to, but not including, 1. */
  next(): number;
}

/**
 * The platform's generator. Not for secrets.
 *
 * @example
 * import { systemRandom } from "@ts-grain/actor";
 *
 * const dice = 1 + Math.floor(systemRandom.next() * 6);
 */
export const systemRandom: Random = { next: () => Math.random() };

/**
 * A generator that gives the same numbers for the same seed, so that a run can be repeated.
 *
 * Algorithm: mulberry32 by Tommy Ettinger (public domain), 32 bits of state.
 *
 * @example
 * import { seededRandom } from "@ts-grain/actor";
 *
 * const [one, other] = [seededRandom(7), seededRandom(7)];
 * console.log(one.next() === other.next()); // prints: true
 */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}
