import { systemClock, type Timer } from "@ts-grain/actor";
import type { ProcessEvent } from "../history/events.ts";
import type { Journal } from "../history/journal.ts";
import { nowMs } from "../history/now.ts";

const tickMs = 20;
/** Milliseconds that a tick may be late without being worth a line. */
const tolerableMs = 30;

/** Writes down each time that the event loop stands still, until the function that it returns is called. */
export function watchStalls(journal: Journal<ProcessEvent>): () => void {
  let lastMs = nowMs();
  let timer: Timer | undefined;
  const tick = (): void => {
    const atMs = nowMs();
    const forMs = atMs - lastMs;
    lastMs = atMs;
    if (forMs > tickMs + tolerableMs) journal.write({ event: "stalled", forMs });
    timer = systemClock.schedule(tickMs, tick);
  };
  tick();
  return () => timer?.cancel();
}
