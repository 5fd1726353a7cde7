/** How the calls of a process have come lately. */
interface Pace {
  /** Our clock less the caller's when the fastest call came, as in {@link difference}. */
  fastest: number;
  /** Milliseconds by which that is believed less. */
  allowanceMs: number;
  atMs: number;
}

/** Callers that are remembered; the first of more are forgotten. */
const maxCallers = 1_000;
/**
 * By how much the fastest call is believed less with time: clocks run at different speeds, and stand still while a machine is
 * suspended. What a silence adds is bounded, so that calls which come late after a silence are noticed.
 */
const allowance = { share: 0.2, longestSilenceMs: 100 } as const;

/**
 * Finds out how much later than others of its process a call comes. It may have waited for a connection, on the way, or in a
 * socket that a process which stood still did not read. Nobody knows the clock of another process, but the calls that came fastest
 * show how it goes beside one's own.
 */
export class CallAges {
  readonly #paces = new Map<string, Pace>();

  /**
   * Milliseconds by which a call that comes now is late; 0 for the first of its caller. Rather too few than too many.
   *
   * @param caller the id of its actor system, which has one clock
   * @param sentMs when it was made, by the caller's clock and without its highest bit
   * @param nowMs by our own clock
   */
  ageOf(caller: string, sentMs: number, nowMs: number): number {
    const offset = difference(Math.trunc(nowMs), sentMs);
    const pace = this.#paces.get(caller);
    if (pace === undefined) {
      this.#add(caller, { fastest: offset, allowanceMs: 0, atMs: nowMs });
      return 0;
    }
    pace.allowanceMs += allowance.share * Math.min(nowMs - pace.atMs, allowance.longestSilenceMs);
    pace.atMs = nowMs;
    const ageMs = difference(offset, pace.fastest) - pace.allowanceMs;
    if (ageMs > 0) return ageMs;
    pace.fastest = offset;
    pace.allowanceMs = 0;
    return 0;
  }

  #add(caller: string, pace: Pace): void {
    this.#paces.set(caller, pace);
    if (this.#paces.size > maxCallers) this.#paces.delete(this.#paces.keys().next().value!);
  }
}

/** Of two numbers of milliseconds without their highest bit, if less than twelve days lie between them. */
function difference(a: number, b: number): number {
  return ((a - b) << 1) >> 1;
}
