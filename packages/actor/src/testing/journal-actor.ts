import type { Actor } from "../actor-cell/actor.ts";
import type { ActorContext } from "../actor-cell/actor-context.ts";
import type { Message } from "../message/message.ts";
import { isFromRuntime } from "../message/system-message.ts";

/** What a message is called in a journal. */
function nameOf(message: Message): string {
  return isFromRuntime(message) ? message.constructor.name : String(message);
}

/** An actor that writes down what it gets, and then does what the test says. */
export class JournalActor implements Actor {
  readonly #journal: string[];
  readonly #then: (context: ActorContext) => void | Promise<void>;

  constructor(journal: string[], then: (context: ActorContext) => void | Promise<void> = () => {}) {
    this.#journal = journal;
    this.#then = then;
  }

  receive(context: ActorContext): void | Promise<void> {
    this.#journal.push(nameOf(context.message));
    return this.#then(context);
  }
}
