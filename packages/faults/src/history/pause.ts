import { systemClock } from "@ts-grain/actor";

/** Resolves after so many milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void systemClock.schedule(ms, resolve));
}
