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

/** Waits until it is sent, until it is told that its time is over, or until its signal aborts. */
export class WaitingCall {
  readonly order: number;
  readonly deadline: Deadline;
  readonly #parts: WaitingCallParts;
  readonly #onAborted: (call: WaitingCall) => void;
  #problem: ClusterError | undefined;

  /** @param onAborted told when it stops waiting by itself */
  constructor(parts: WaitingCallParts, onAborted: (call: WaitingCall) => void) {
    this.order = parts.order;
    this.deadline = parts.deadline;
    this.#parts = parts;
    this.#problem = parts.problem;
    this.#onAborted = onAborted;
    parts.signal?.addEventListener("abort", this, { once: true });
  }

  get canAbort(): boolean {
    return this.#parts.signal !== undefined;
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

  /** Fails with the last that is known of it, as its time is over. */
  expire(): void {
    this.fail(
      this.#problem ?? new ClusterError("not_delivered", "no member has said in time where the grain is"),
    );
  }

  /** Its signal has aborted. */
  handleEvent(): void {
    this.#onAborted(this);
    this.fail(this.#parts.signal?.reason);
  }

  #end(): void {
    this.#parts.signal?.removeEventListener("abort", this);
  }
}
