/**
 * A step of the runtime that must run in an actor's own turn: a child's failure, a restart, a continuation.
 *
 * It never leaves its process.
 */
export class Signal {
  readonly run: () => void | PromiseLike<void>;

  constructor(run: () => void | PromiseLike<void>) {
    this.run = run;
  }
}
