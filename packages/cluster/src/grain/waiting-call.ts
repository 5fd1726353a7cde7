import type { Clock, Timer } from "@ts-grain/actor";
import { ClusterError } from "../cluster-error.ts";
import type { Location } from "../identity/location.ts";
import type { Deadline } from "./deadline.ts";

/** A call that cannot be sent yet, and how it goes on. */
export interface WaitingCallParts {
  /** When it was made: of two calls, the one with the lower number is sent first. */
  readonly order: number;
  readonly deadline: Deadline;
  readonly signal: AbortSignal | undefined;
  /** What came of sending it before, which it fails with if nothing newer is known. */
  readonly problem: ClusterError | undefined;
  /** Must not throw. */
  readonly send: (location: Location) => void;
  readonly fail: (error: unknown) => void;
}

/** Waits until it is sent, until its deadline, or until its signal aborts. */
export class WaitingCall {
  readonly order: number;
  readonly deadline: Deadline;
  readonly #parts: WaitingCallParts;
  readonly #timer: Timer;
  readonly #onGivenUp: (call: WaitingCall) => void;
  #problem: ClusterError | undefined;

  /** @param onGivenUp told when it stops waiting by itself */
  constructor(parts: WaitingCallParts, clock: Clock, onGivenUp: (call: WaitingCall) => void) {
    this.order = parts.order;
    this.deadline = parts.deadline;
    this.#parts = parts;
    this.#problem = parts.problem;
    this.#onGivenUp = onGivenUp;
    this.#timer = clock.schedule(parts.deadline.remainingMs, () => this.#giveUp(this.#lastProblem));
    parts.signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /** Remembers why it still waits. */
  note(problem: ClusterError): void {
    this.#problem = problem;
  }

  send(location: Location): void {
    this.#end();
    this.#parts.send(location);
  }

  fail(error: unknown): void {
    this.#end();
    this.#parts.fail(error);
  }

  get #lastProblem(): ClusterError {
    return (
      this.#problem ?? new ClusterError("not_delivered", "no member has said in time where the grain is")
    );
  }

  readonly #abort = (): void => this.#giveUp(this.#parts.signal?.reason);

  #giveUp(error: unknown): void {
    this.#onGivenUp(this);
    this.fail(error);
  }

  #end(): void {
    this.#timer.cancel();
    this.#parts.signal?.removeEventListener("abort", this.#abort);
  }
}
