import type { Game } from "./local-subject.ts";

export class Ball {}

/** Throws the ball back a given number of times, and then keeps it. */
export class Player<Handle> {
  partner: Handle | undefined;
  caught = 0;
  readonly #throws: number;
  readonly #keep: () => void;

  constructor(throws: number, keep: () => void) {
    this.#throws = throws;
    this.#keep = keep;
  }

  /** Counts a ball, and tells whether it goes back to the partner. */
  catchBall(): boolean {
    if (this.caught++ < this.#throws) return true;
    this.#keep();
    return false;
  }
}

/** What a game needs of a subject. */
export interface Court<Handle> {
  readonly spawn: (player: Player<Handle>) => Handle;
  /** Throws the first ball. */
  readonly serve: (player: Handle, ball: Ball) => void;
}

/** Plays all games at once, and resolves with the balls that were caught. */
export async function playGames<Handle>({ pairs, catches }: Game, court: Court<Handle>): Promise<number> {
  const caught = await Promise.all(Array.from({ length: pairs }, () => playGame(catches, court)));
  return caught.reduce((sum, balls) => sum + balls, 0);
}

async function playGame<Handle>(catches: number, { spawn, serve }: Court<Handle>): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = new Player<Handle>(catches, resolve);
  const second = new Player<Handle>(catches - 1, resolve);
  second.partner = spawn(first);
  first.partner = spawn(second);
  serve(second.partner, new Ball());
  await promise;
  return first.caught + second.caught;
}
