import type { Actor, ActorContext, PID } from "@ts-grain/actor";
import { Ball, type Player } from "../ball-game.ts";

export class PlayerActor implements Actor {
  readonly #player: Player<PID>;

  constructor(player: Player<PID>) {
    this.#player = player;
  }

  receive(context: ActorContext): void {
    const { message } = context;
    if (message instanceof Ball && this.#player.catchBall()) context.send(this.#player.partner!, message);
  }
}

export class AsyncPlayerActor implements Actor {
  readonly #player: Player<PID>;

  constructor(player: Player<PID>) {
    this.#player = player;
  }

  async receive(context: ActorContext): Promise<void> {
    const { message } = context;
    if (message instanceof Ball && this.#player.catchBall()) context.send(this.#player.partner!, message);
  }
}
