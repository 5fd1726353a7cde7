import type { Clock } from "../measurement/clock.ts";
import type { Grains } from "../subjects/cluster-program.ts";
import { callOnce } from "./activations.ts";

export interface LoadOptions {
  /** They are called one after the other, again and again. */
  readonly identities: readonly string[];
  readonly clock: Clock;
}

const inFlight = 100;

/** Calls grains all the time, 100 at once, from when it is made until `end`. */
export class SteadyLoad {
  readonly #grains: Grains;
  readonly #options: LoadOptions;
  readonly #callers: Promise<unknown>;
  #begun = 0;
  #round: Round | undefined;
  #longestMs = 0;
  #ended = false;

  constructor(grains: Grains, options: LoadOptions) {
    this.#grains = grains;
    this.#options = options;
    this.#callers = Promise.all(Array.from({ length: inFlight }, () => this.#callInTurn()));
    // Told to whoever waits for a round, or for the end.
    this.#callers.catch(() => undefined);
  }

  /** Resolves once every identity has answered a call that begins from now on. @throws what a call throws. */
  async goRound(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#round = { first: this.#begun, left: this.#options.identities.length, resolve };
    await Promise.race([promise, this.#callers]);
  }

  /** Resolves with the longest that a call took, in milliseconds. @throws what a call throws. */
  async end(): Promise<number> {
    this.#ended = true;
    await this.#callers;
    return this.#longestMs;
  }

  async #callInTurn(): Promise<void> {
    while (!this.#ended) await this.#call(this.#begun++);
  }

  async #call(number: number): Promise<void> {
    const { identities, clock } = this.#options;
    const startMs = clock.nowMs();
    await callOnce(this.#grains, { identity: identities[number % identities.length]!, number });
    this.#longestMs = Math.max(this.#longestMs, clock.nowMs() - startMs);
    const round = this.#round;
    if (round === undefined || number < round.first || number >= round.first + identities.length) return;
    round.left--;
    if (round.left === 0) round.resolve();
  }
}

interface Round {
  /** The number of its first call. */
  readonly first: number;
  /** Calls that have not been answered. */
  left: number;
  readonly resolve: () => void;
}
