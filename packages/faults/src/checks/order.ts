import type { Started } from "../history/events.ts";
import type { History } from "../history/history.ts";

/**
 * D4, D5: what one sender sends to one identity starts, within an activation, in the order in which it was sent; and what a later
 * activation starts is newer than all that an earlier one started. An activation that nobody knows to be the
 * earlier one any more may still start what it was sent before.
 */
export function checkOrder({ processes, starts }: History): readonly string[] {
  const activated = new Map<string, number>();
  for (const { events } of processes) {
    for (const event of events) if (event.event === "activated") activated.set(event.activation, event.atMs);
  }
  const ageOf = ({ activation }: Started): number => activated.get(activation) ?? 0;
  const pairs = Map.groupBy(starts, ({ sender, identity }) => JSON.stringify([sender, identity]));
  return [...pairs.values()].flatMap((pair) => checkPair(pair.toSorted((a, b) => ageOf(a) - ageOf(b))));
}

/** @param starts by activation, and within each in the order of time */
function checkPair(starts: readonly Started[]): readonly string[] {
  return starts.flatMap((start, index) => {
    const before = starts[index - 1];
    if (!before || before.sequence <= start.sequence) return [];
    const order = `${start.message} (${start.sequence}) after ${before.message} (${before.sequence})`;
    return [`${start.identity} handled ${order}, in ${before.activation} and ${start.activation}`];
  });
}
