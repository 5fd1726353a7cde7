import type { Clock } from "./clock.ts";

/** Seconds of processor time that this process has used, those of its collector and compiler included. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Goes on only while this process works. */
export const cpuClock: Clock = { nowMs: () => cpuSeconds() * 1000 };
