import { type CallFigures, figuresOf } from "../checks/figures.ts";
import type { Call } from "../history/history.ts";
import type { TestProcess } from "./test-process.ts";

/** Whether the long forms of the cases run: `npm run test:nightly`. */
export const isNightly: boolean = process.env["TS_GRAIN_NIGHTLY"] === "true";

/** The first of the two in CI, the second at night. */
export function byNight<T>(inCi: T, atNight: T): T {
  return isNightly ? atNight : inCi;
}

/** Names of so many grains. */
export function lamps(count: number): readonly string[] {
  return Array.from({ length: count }, (_lamp, index) => `lamp-${index}`);
}

/** One line about calls. */
export function summarize(calls: readonly Call[]): string {
  const { outcomes, p50Ms, p99Ms, maxMs }: CallFigures = figuresOf(calls);
  const counts = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  return `${calls.length} calls: ${counts.join(", ")}; p50 ${p50Ms} ms, p99 ${p99Ms} ms, max ${maxMs} ms`;
}

/** Sockets, timers and the like that are open in a process. */
export async function openIn(process: TestProcess): Promise<number> {
  const { resources } = await process.report();
  return Object.values(resources).reduce((sum, count) => sum + count, 0);
}
