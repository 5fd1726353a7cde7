/** Where measurements get their time from. */
export interface Clock {
  /** Milliseconds since some fixed moment, with a fraction; never goes back. */
  nowMs(): number;
}

export const systemClock: Clock = { nowMs: () => performance.now() };

/** Today's date in UTC, as 2026-01-31. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** The moment so many milliseconds from now, as the wall clock has it. */
export function deadlineIn(delayMs: number): Date {
  return new Date(Date.now() + delayMs);
}
