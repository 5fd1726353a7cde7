import type { Started } from "../history/events.ts";
import type { History } from "../history/history.ts";

/** D4, D5: what one sender sends to one identity starts in the order in which it was sent. */
export function checkOrder({ starts }: History): readonly string[] {
  const pairs = Map.groupBy(starts, ({ sender, identity }) => JSON.stringify([sender, identity]));
  return [...pairs.values()].flatMap(checkPair);
}

function checkPair(starts: readonly Started[]): readonly string[] {
  return starts.flatMap((start, index) => {
    const before = starts[index - 1];
    if (!before || before.sequence <= start.sequence) return [];
    const order = `${start.message} (${start.sequence}) after ${before.message} (${before.sequence})`;
    return [`${start.identity} handled ${order}, in ${before.activation} and ${start.activation}`];
  });
}
