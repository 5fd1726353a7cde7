import type { PID } from "../pid/pid.ts";
import { ReceiveTimeout, Restarting, Started, Stopped, Stopping } from "./lifecycle.ts";
import type { Signal } from "./signal.ts";

/** Stops an actor after the message it is handling; what is queued behind becomes dead letters. */
export class Stop {
  static readonly instance: Stop = new Stop();
  readonly kind = "stop";
}

/** Asks an actor to send `Terminated` to the watcher when it ends. */
export class Watch {
  readonly kind = "watch";
  readonly watcher: PID;

  constructor(watcher: PID) {
    this.watcher = watcher;
  }
}

/** Takes a `Watch` back. */
export class Unwatch {
  readonly kind = "unwatch";
  readonly watcher: PID;

  constructor(watcher: PID) {
    this.watcher = watcher;
  }
}

/** Why an actor is gone: it stopped, its member's address ended, or it was not there when the watch began. */
export type TerminatedReason = "stopped" | "address_terminated" | "not_found";

/** A watched actor, or a child, is gone. */
export class Terminated {
  readonly who: PID;
  readonly why: TerminatedReason;

  constructor(who: PID, why: TerminatedReason = "stopped") {
    this.who = who;
    this.why = why;
  }
}

/** What goes through an actor's system queue: before all user messages, never dropped. */
export type SystemMessage = Started | Stop | Watch | Unwatch | Terminated | Signal;

const fromRuntime = [Started, Stopping, Stopped, Restarting, ReceiveTimeout, Terminated];

/** Whether the message came from the runtime itself, and is nobody's to answer, forward or keep. */
export function isFromRuntime(message: unknown): boolean {
  return fromRuntime.some((type) => message instanceof type);
}
