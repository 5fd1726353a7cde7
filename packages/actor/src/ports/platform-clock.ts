// As they were at the beginning. In Node the global `performance` is a getter that takes nearly as long as reading the clock.
const { performance: platformPerformance, setTimeout: platformTimeout } = globalThis;

/** The date and time, for people who read them; nothing else may hang on what the wall clock says. */
export function platformDate(): string {
  return new Date().toISOString();
}

/** Milliseconds since some fixed moment. Where a test has replaced the timers, it may have replaced `performance` as well. */
export function platformNowMs(): number {
  return (setTimeout === platformTimeout ? platformPerformance : performance).now();
}
