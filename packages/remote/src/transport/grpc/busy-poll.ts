import { type EventLoop, platformEventLoop } from "@ts-grain/actor";
import { RemoteError } from "../../remote-error.ts";

/** Milliseconds of the pause after looking in vain; it doubles each time, and halves when something came. */
const rest = { shortestMs: 1, longestMs: 1_000 } as const;
/** Milliseconds of a turn of the event loop in which so much is done that waking up beside it hardly counts. */
const busyTurnMs = 0.5;
/** Milliseconds of a turn that tell that the core is wanted elsewhere. */
const heldUpMs = 20;
/** More turns than fit into a millisecond: a clock that counts more of them stands still, as clocks do in tests. */
const turnsPerMs = 10_000;
const longestSpellMs = 100;

/** @throws RemoteError "invalid_options" if the event loop cannot look for more for so many milliseconds. */
export function checkBusyPollMs(busyPollMs: number): void {
  if (busyPollMs >= 0 && busyPollMs <= longestSpellMs) return;
  throw new RemoteError("invalid_options", `busyPollMs must be 0 to ${longestSpellMs}, got ${busyPollMs}`);
}

/**
 * Keeps the event loop awake for a moment after bytes have come, if more are likely to come at once: that a process which
 * sleeps is woken takes the kernel longer than everything that we do with a message.
 *
 * It looks again and again for `spellMs` at most, and only once two arrivals were no further apart than that. Looking in vain makes
 * it rest, for longer each time, so that it costs little where peers are slow, send in bursts or share our core; and so does a turn of the event
 * loop that took suspiciously long, as it does when a quota of processor time is used up. Where turns have much to do it does not look:
 * sleep between them leaves the core to the collector's threads.
 *
 * After Linux's guest halt polling, `Documentation/virt/guest-halt-polling.rst`, which does the same before a processor halts.
 */
export class BusyPoll {
  readonly #spellMs: number;
  readonly #eventLoop: EventLoop;
  #isLooking = false;
  /** Whether there was a look since it began to look: what came before is of the same turn, and was not waited for. */
  #hasLooked = false;
  #hasArrived = false;
  #turnsLeft = 0;
  #arrivedAtMs = -Infinity;
  #lookedAtMs = -Infinity;
  #restMs = 0;
  #restUntilMs = -Infinity;

  /** `spellMs` 0 never looks. */
  constructor(spellMs: number, eventLoop: EventLoop = platformEventLoop) {
    this.#spellMs = spellMs;
    this.#eventLoop = eventLoop;
  }

  /** To be called whenever bytes have come. */
  arrived(): void {
    if (this.#isLooking) this.#hasArrived = true;
    else if (this.#spellMs > 0) this.#considerLooking();
  }

  #considerLooking(): void {
    const nowMs = this.#eventLoop.nowMs();
    const isLively = nowMs - this.#arrivedAtMs <= this.#spellMs;
    this.#arrivedAtMs = nowMs;
    if (!isLively || nowMs < this.#restUntilMs) return;
    this.#isLooking = true;
    this.#hasLooked = false;
    this.#hasArrived = false;
    this.#lookedAtMs = nowMs;
    this.#turnsLeft = this.#spellMs * turnsPerMs;
    this.#eventLoop.later(this.#look);
  }

  readonly #look = (): void => {
    const nowMs = this.#eventLoop.nowMs();
    const sinceLookMs = nowMs - this.#lookedAtMs;
    this.#lookedAtMs = nowMs;
    if (this.#hasArrived) {
      this.#hasArrived = false;
      this.#arrivedAtMs = nowMs;
      this.#turnsLeft = this.#spellMs * turnsPerMs;
      if (this.#hasLooked) this.#restMs /= 2;
    }
    this.#hasLooked = true;
    if (sinceLookMs > heldUpMs) this.#stop(rest.longestMs);
    else if (sinceLookMs > busyTurnMs) this.#isLooking = false;
    else if (nowMs - this.#arrivedAtMs > this.#spellMs || this.#turnsLeft-- <= 0)
      this.#stop(this.#restMs * 2);
    else this.#eventLoop.later(this.#look);
  };

  #stop(restMs: number): void {
    this.#isLooking = false;
    this.#restMs = Math.min(Math.max(restMs, rest.shortestMs), rest.longestMs);
    this.#restUntilMs = this.#lookedAtMs + this.#restMs;
  }
}
