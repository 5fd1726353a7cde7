import type { DeadLetter, Logger, PID } from "@ts-grain/actor";
import type { TypeRegistry } from "../wire/type-registry.ts";
import { undelivered } from "./undelivered.ts";

/** Messages that are read, and become dead letters, in one turn of the event loop. */
const lettersInTurn = 1_000;

/** What {@link LastLetters} works with. */
export interface LastLettersOptions {
  readonly types: TypeRegistry;
  /** Runs the callback in the next turn of the event loop. */
  readonly later: (callback: () => void) => void;
  /** The sender behind one that was handed out, for a message that never left. */
  readonly recall: (handedOut: PID) => PID;
  readonly deadLetter: (letter: DeadLetter) => void;
  readonly logger: Logger;
}

/**
 * Makes dead letters of what waited for addresses that were given up, in its order. That may be hundreds of thousands of messages, so others
 * have their turn in between.
 */
export class LastLetters {
  readonly #options: LastLettersOptions;
  /** Frames of addresses that were given up, the first of which is being read. */
  readonly #frames: Uint8Array[][] = [];
  #present: Iterator<DeadLetter | undefined> | undefined;
  #done: PromiseWithResolvers<void> | undefined;

  constructor(options: LastLettersOptions) {
    this.#options = options;
  }

  /** Takes frames that never left. If there are few messages in them, all is done on return. */
  add(frames: Uint8Array[]): void {
    this.#frames.push(frames);
    if (this.#done !== undefined) return;
    this.#done = Promise.withResolvers();
    this.#turn();
  }

  /** Makes a dead letter of one message that never left. */
  addOne(letter: DeadLetter): void {
    const { recall, deadLetter } = this.#options;
    deadLetter({ ...letter, sender: letter.sender && recall(letter.sender) });
  }

  /** Whoever is told of one may fail at it, and the others are to be told nevertheless. */
  #tryOne(letter: DeadLetter): void {
    try {
      this.addOne(letter);
    } catch (error) {
      this.#options.logger.error({ err: error, target: letter.target }, "a dead letter could not be told");
    }
  }

  /** Resolves when all that was taken has become dead letters. */
  async done(): Promise<void> {
    await this.#done?.promise;
  }

  readonly #turn = (): void => {
    this.#present ??= this.#letters();
    for (let count = 0; count < lettersInTurn; count++) {
      const { value, done } = this.#present.next();
      if (done) {
        this.#present = undefined;
        this.#done?.resolve();
        this.#done = undefined;
        return;
      }
      if (value !== undefined) this.#tryOne(value);
    }
    this.#options.later(this.#turn);
  };

  *#letters(): Generator<DeadLetter | undefined, undefined> {
    for (let frames = this.#frames.shift(); frames !== undefined; frames = this.#frames.shift()) {
      for (const frame of frames) yield* undelivered(frame, this.#options.types);
    }
    return undefined;
  }
}
