const nsPerMs = 1_000_000;

/** Milliseconds of the machine's monotonic clock, the same for all its processes. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / nsPerMs;
}
