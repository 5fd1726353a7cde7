import type { ActorContext, Message, MessageHeaders, PID, SenderContext } from "@ts-grain/actor";
import type { Turn } from "./grain-turn.ts";

/** The turn of a grain's first call, which its parent runs. What that leaves undone is the first turn of the grain's own actor. */
export class FirstTurn implements Turn {
  readonly sender: PID | undefined;
  readonly headers: MessageHeaders;
  readonly #root: SenderContext;
  /** What is left to do, once that is known. */
  #rest: Promise<void> | undefined;
  #actor: ActorContext | undefined;
  /** For who has asked for the signal before there was an actor. */
  #abort: AbortController | undefined;

  constructor({ sender, headers, system }: ActorContext) {
    this.sender = sender;
    this.headers = headers;
    this.#root = system.root;
  }

  /** Aborts when the grain's actor is stopped in this turn. */
  get signal(): AbortSignal {
    if (this.#actor) return this.#actor.signal;
    this.#abort ??= new AbortController();
    return this.#abort.signal;
  }

  respond(response: Message): void {
    if (this.sender) this.#root.send(this.sender, response);
  }

  /** This is left to do. Its failure is for {@link continueIn} to tell. */
  leave(rest: Promise<void>): void {
    this.#rest = rest;
    rest.catch(() => undefined);
  }

  /** The actor's first turn, in which the rest is done. */
  continueIn(actor: ActorContext): Promise<void> | undefined {
    this.#actor = actor;
    const abort = this.#abort;
    if (abort) {
      const { signal } = actor;
      signal.addEventListener("abort", () => abort.abort(signal.reason), { once: true });
    }
    return this.#rest;
  }
}
