import type { Answer } from "./messages.ts";

/**
 * An actor runtime inside one process, as far as the local workloads need it. Each subject does the same with its
 * own means, written as its users would.
 */
export interface LocalSubject {
  /** Lets pairs of actors throw a ball back and forth. Resolves with the balls that all of them caught. */
  play(game: Game): Promise<number>;

  /** Spawns an actor that counts what it is told. */
  openCounter(): Counter;

  /** Spawns an actor that answers questions. */
  openResponder(): Responder;

  /** Spawns actors that have nothing to do once they have started, and resolves when all have. */
  spawnIdle(count: number): Promise<IdleActors>;

  /**
   * Grows a tree of actors, each with ten children; the leaves tell their numbers, and each parent the sum of its
   * children. Resolves with the sum of all.
   *
   * @param levels levels below the first actor
   */
  growTree(levels: number): Promise<number>;
}

export interface Game {
  /** Pairs that play at the same time, each with one ball. */
  readonly pairs: number;
  /** How often each player catches the ball. */
  readonly catches: number;
  readonly handlers: "sync" | "async";
}

export interface Counter {
  /** Sends so many messages, and waits for nothing. */
  tell(messages: number): void;
  /** Asks how many arrived. */
  readCount(): Promise<number>;
}

export interface Responder {
  /** Asks for the number's successor, with the deadline that requests have by default. */
  ask(number: number): Promise<Answer>;
}

export interface IdleActors {
  /** How many have started. */
  readonly started: number;
  /** What their user holds of them. */
  readonly handles: readonly unknown[];
}
