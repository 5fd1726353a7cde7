import { type PID, Terminated, type TerminatedReason, Watch } from "@ts-grain/actor";

/** A watch between processes, with a number that tells it from an earlier one of the same two; 0 if a peer has said none, as Proto.Actor Go. */
export class NumberedWatch extends Watch {
  readonly number: number;

  constructor(watcher: PID, number: number) {
    super(watcher);
    this.number = number;
  }
}

/** An end told between processes, with the number of the watch that it answers; 0 if none was said. */
export class NumberedTerminated extends Terminated {
  readonly number: number;

  constructor(who: PID, why: TerminatedReason, number: number) {
    super(who, why);
    this.number = number;
  }
}
