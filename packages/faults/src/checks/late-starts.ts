import type { History } from "../history/history.ts";

/** Milliseconds by which a member may take a call for younger than it is. */
const tolerableMs = 150;

/**
 * Handlers that were started for calls whose time was over: nobody waits for what they do. No promise forbids them, since members do
 * not know each other's clocks, but they are to be few.
 */
export function findLateStarts({ calls, starts }: History): readonly string[] {
  const ends = new Map(calls.map(({ message, atMs, timeoutMs }) => [message, atMs + timeoutMs]));
  return starts.flatMap(({ message, activation, atMs }) => {
    const lateMs = atMs - (ends.get(message) ?? atMs);
    return lateMs > tolerableMs
      ? [`${activation} started ${message} ${Math.round(lateMs)} ms after its time`]
      : [];
  });
}
