import type { Started } from "../history/events.ts";
import type { History } from "../history/history.ts";

/**
 * D4, D5: what one sender sends to one identity is started in the order in which it was sent. Only an activation that has a successor
 * already, and that nobody knows to be the earlier one any more, may still start what it was sent before.
 */
export function checkOrder({ processes, starts }: History): readonly string[] {
  const activated = new Map<string, number>();
  for (const { events } of processes) {
    for (const event of events) if (event.event === "activated") activated.set(event.activation, event.atMs);
  }
  const ageOf = ({ activation }: Started): number => activated.get(activation) ?? 0;
  const pairs = Map.groupBy(starts, ({ sender, identity }) => JSON.stringify([sender, identity]));
  return [...pairs.values()].flatMap((pair) =>
    checkPair(
      pair.toSorted((a, b) => a.atMs - b.atMs),
      ageOf,
    ),
  );
}

/** @param starts in the order of time */
function checkPair(starts: readonly Started[], ageOf: (start: Started) => number): readonly string[] {
  /** What each activation has started that was sent last. */
  const newest = new Map<string, Started>();
  return starts.flatMap((start) => {
    const age = ageOf(start);
    const overtaken = [...newest.values()].find(
      (other) => other.sequence > start.sequence && ageOf(other) <= age,
    );
    if ((newest.get(start.activation)?.sequence ?? -1) < start.sequence) newest.set(start.activation, start);
    if (!overtaken) return [];
    const order = `${start.message} (${start.sequence}) after ${overtaken.message} (${overtaken.sequence})`;
    return [`${start.identity} handled ${order}, in ${overtaken.activation} and ${start.activation}`];
  });
}
