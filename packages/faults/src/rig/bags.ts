import type { Random } from "@ts-grain/actor";

/** What is in a bag, and how often. */
export type Contents<T extends string> = Readonly<Record<T, number>>;

/** Draws from a full bag until it is empty, then from the next: nothing is left to chance but the order. */
export function* drawFromBags<T extends string>(contents: Contents<T>, random: Random): Generator<T, never> {
  for (;;) {
    const bag = Object.entries<number>(contents).flatMap(([what, times]) =>
      Array.from({ length: times }, () => what as T),
    );
    while (bag.length > 0) yield bag.splice(Math.floor(random.next() * bag.length), 1)[0]!;
  }
}
