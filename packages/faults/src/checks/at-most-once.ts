import type { History } from "../history/history.ts";

/** D1: no call starts a handler twice, and no handler starts for what nobody sent. */
export function checkAtMostOnce({ calls, tells, starts }: History): readonly string[] {
  const sent = new Set([...calls, ...tells].map(({ message }) => message));
  const byMessage = Map.groupBy(starts, ({ message }) => message);
  return [...byMessage].flatMap(([message, handled]) => {
    if (!sent.has(message)) return [`${message} was never sent, and a handler started`];
    if (handled.length === 1) return [];
    const where = handled.map(({ activation, atMs }) => `${activation} at ${atMs}`);
    return [`${message} started ${handled.length} handlers: ${where.join(", ")}`];
  });
}
