import type { ProcessHistory } from "../history/history.ts";

/** The most grains that came to life at a time in one process, after a moment. */
export function mostActivating({ events }: ProcessHistory, afterMs: number): number {
  const activating = new Set<string>();
  let most = 0;
  for (const event of events) {
    if (event.event === "activating" && event.atMs > afterMs) activating.add(event.activation);
    else if (event.event === "activated") activating.delete(event.activation);
    most = Math.max(most, activating.size);
  }
  return most;
}
