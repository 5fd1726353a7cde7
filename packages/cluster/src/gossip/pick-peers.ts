import type { Random } from "@ts-grain/actor";

/** Up to `count` distinct elements in random order: the first steps of a Fisher–Yates shuffle. */
export function pickPeers<T>(all: readonly T[], count: number, random: Random): readonly T[] {
  const pool = [...all];
  const picked = Math.min(count, pool.length);
  for (let index = 0; index < picked; index++) {
    const other = index + Math.floor(random.next() * (pool.length - index));
    [pool[index], pool[other]] = [pool[other]!, pool[index]!];
  }
  return pool.slice(0, picked);
}
