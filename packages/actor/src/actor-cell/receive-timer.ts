import type { Message } from "../message/message.ts";
import type { Clock, Timer } from "../ports/clock.ts";

/** A message that may leave the receive timeout alone. */
interface ReceiveTimeoutInfluence {
  readonly influencesReceiveTimeout?: boolean;
}

/**
 * Notices when no message came for a while.
 *
 * A busy actor never touches a timer: the one that runs finds out, when it fires, how long the actor has been idle.
 */
export class ReceiveTimer {
  readonly timeoutMs: number;
  readonly #clock: Clock;
  readonly #onTimeout: () => void;
  #timer: Timer | undefined;
  #idleSinceMs: number;
  #isTouched = false;

  constructor(clock: Clock, timeoutMs: number, onTimeout: () => void) {
    this.#clock = clock;
    this.timeoutMs = timeoutMs;
    this.#onTimeout = onTimeout;
    this.#idleSinceMs = clock.nowMs();
  }

  /** Whether a message came since the actor was idle last. */
  get isTouched(): boolean {
    return this.#isTouched;
  }

  /** Notes that a message is being handled. */
  noticeMessage(message: Message): void {
    if ((message as ReceiveTimeoutInfluence).influencesReceiveTimeout !== false) this.#isTouched = true;
  }

  /** Begins a new period. */
  touch(): void {
    this.#isTouched = true;
  }

  /** Notes that the actor has nothing to do. */
  noticeIdle(): void {
    if (this.#isTouched) {
      this.#isTouched = false;
      this.#idleSinceMs = this.#clock.nowMs();
    }
    if (this.#timer === undefined) this.#arm();
  }

  cancel(): void {
    this.#timer?.cancel();
  }

  #arm(): void {
    const leftMs = this.#idleSinceMs + this.timeoutMs - this.#clock.nowMs();
    this.#timer = this.#clock.schedule(Math.max(0, leftMs), () => {
      this.#timer = undefined;
      if (this.#clock.nowMs() < this.#idleSinceMs + this.timeoutMs) this.#arm();
      else this.#onTimeout();
    });
  }
}
