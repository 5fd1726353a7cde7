import type { ActorContext, Message, MessageHeaders, PID, ProcessRegistry } from "@ts-grain/actor";
import type { Turn } from "./grain-turn.ts";

/** A grain whose first call its parent runs. */
export interface ParentedGrain {
  /** Aborts when it ends, whether or not it has an actor by then. */
  readonly abort: AbortController;
}

/** The turn of a grain's first call, which its parent runs. What that leaves undone is the first turn of the grain's own actor. */
export class FirstTurn implements Turn {
  readonly sender: PID | undefined;
  readonly headers: MessageHeaders;
  readonly #processes: ProcessRegistry;
  readonly #grain: ParentedGrain;
  /** What is left to do, once that is known. */
  #rest: Promise<void> | undefined;
  #actor: ActorContext | undefined;
  #isSignalRead = false;

  constructor(grain: ParentedGrain, { sender, headers, system }: ActorContext) {
    this.sender = sender;
    this.headers = headers;
    this.#processes = system.processes;
    this.#grain = grain;
  }

  get signal(): AbortSignal {
    if (this.#actor) return this.#actor.signal;
    this.#isSignalRead = true;
    return this.#grain.abort.signal;
  }

  /** As an actor does that has no middleware: that of the parent, or of the system, is none of the grain's business. */
  respond(response: Message): void {
    const { sender } = this;
    if (sender) this.#processes.get(sender).sendUser(sender, response, undefined, undefined);
  }

  /** This is left to do. Its failure is for {@link continueIn} to tell. */
  leave(rest: Promise<void>): this {
    this.#rest = rest;
    rest.catch(() => undefined);
    return this;
  }

  /** The actor's first turn, in which the rest is done. */
  continueIn(actor: ActorContext): Promise<void> | undefined {
    this.#actor = actor;
    if (this.#isSignalRead) {
      const { signal } = actor;
      signal.addEventListener("abort", () => this.#grain.abort.abort(signal.reason), { once: true });
    }
    return this.#rest;
  }
}
