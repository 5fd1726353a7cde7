import type { Clock, Timer } from "@ts-grain/actor";
import { VirtualClock } from "@ts-grain/actor/testing";

/** A clock that can jump, as that of a process does that was stopped: what was due comes late. */
export class JumpingClock implements Clock {
  readonly virtual: VirtualClock = new VirtualClock();
  readonly eventLoop = this.virtual.eventLoop;
  #jumpedMs = 0;

  nowMs(): number {
    return this.virtual.nowMs() + this.#jumpedMs;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    return this.virtual.schedule(delayMs, callback);
  }

  jump(ms: number): void {
    this.#jumpedMs += ms;
  }
}
