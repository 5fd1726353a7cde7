import type { Clock, Timer } from "@ts-grain/actor";

/** Into how many parts the timeout is divided: what becomes idle in the same part is found by one timer. */
const partsOfTimeout = 64;

/** Something that ends when it was not used for a while. */
export interface Watched {
  /** When it was used last. */
  readonly usedAtMs: number;
  /** Whether it need not be watched any more. */
  readonly hasEnded: boolean;
  /** It was not used for its time; told again each time that this lasts as long again. */
  becomeIdle(): void;
}

/** Those that are looked at together. */
interface Appointment {
  readonly watched: Watched[];
  readonly timer: Timer;
}

/**
 * Finds out which of many were not used for a while, at most a 64th of that time later. Using them costs nothing but to
 * note the time, and watching them no timer of their own: a timer each would take more memory than most grains.
 */
export class IdleWatch {
  readonly timeoutMs: number;
  readonly #clock: Clock;
  readonly #partMs: number;
  /** By the number of the part of the timeout at whose end they are looked at. */
  readonly #appointments = new Map<number, Appointment>();
  #living = 0;
  #isStopped = false;

  /** @param timeoutMs more than 0, and finite */
  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.timeoutMs = timeoutMs;
    this.#partMs = Math.max(1, timeoutMs / partsOfTimeout);
  }

  /** Begins to watch. */
  add(watched: Watched): void {
    this.#living++;
    this.#lookAt(watched, watched.usedAtMs);
  }

  /** One that was watched has ended. */
  ended(): void {
    this.#living--;
    if (this.#living === 0) this.#cancelAll();
  }

  /** Watches nothing any more: a grain that never ends would keep its process alive. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelAll();
  }

  #cancelAll(): void {
    for (const { timer } of this.#appointments.values()) timer.cancel();
    this.#appointments.clear();
  }

  #lookAt(watched: Watched, usedAtMs: number): void {
    if (this.#isStopped) return;
    const part = Math.ceil((usedAtMs + this.timeoutMs) / this.#partMs);
    const appointment = this.#appointments.get(part);
    if (appointment) {
      appointment.watched.push(watched);
    } else {
      const inMs = Math.max(0, part * this.#partMs - this.#clock.nowMs());
      const timer = this.#clock.schedule(inMs, () => this.#keep(part));
      this.#appointments.set(part, { watched: [watched], timer });
    }
  }

  #keep(part: number): void {
    const { watched } = this.#appointments.get(part)!;
    this.#appointments.delete(part);
    const nowMs = this.#clock.nowMs();
    for (const each of watched) {
      if (each.hasEnded) continue;
      const isIdle = nowMs >= each.usedAtMs + this.timeoutMs;
      if (isIdle) each.becomeIdle();
      this.#lookAt(each, isIdle ? nowMs : each.usedAtMs);
    }
  }
}
